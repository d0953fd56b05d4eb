// The server half of a live run, for many clients: sessions over one frozen base model each, requests in,
// answers out. One message in, at most one out; called on one thread by wire::ServerListener.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "session/session_cleaning.h"
#include "wire/server/server_listener.h"

namespace cutlink::session {

inline constexpr std::uint32_t max_session_threads = 1024;

struct ServeOptions {
  std::vector<std::filesystem::path> models;  // Hugging Face directories; a client asks for one by digest
  std::filesystem::path state;                // sessions' checkpoints: state/TOKEN/step-NNNNNNNN
  std::uint32_t max_sessions = 16;            // in memory; beyond: the longest idle is let go, else `busy`
  std::uint32_t threads = 0;                  // of the computation of sessions that begin; 0: all cores
  KeepRule keep;                              // what goes from `state`, looked at at most once a minute
  std::function<std::filesystem::file_time_type()> now = std::filesystem::file_time_type::clock::now;
};

// What a person at the server should see; one line each.
using ServeLog = std::function<void(const std::string& line)>;

class SessionServer : public wire::ServerHandler {
 public:
  // Opens the models (weights stay memory-mapped, one copy for all sessions). Throws Error(usage).
  SessionServer(const ServeOptions& options, ServeLog log);
  ~SessionServer() override;

  std::optional<wire::Reply> on_message(const wire::Arrival& arrival, const wire::Envelope& envelope,
                                        ByteVector body) override;
  void on_closed(wire::ConnectionId connection) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::session
