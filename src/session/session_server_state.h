// What a session server keeps, for its own sources alone: session_greeting.cc has how sessions begin and come
// back, session_server.cc what they do then.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/machine_memory.h"
#include "session/served_model.h"
#include "session/served_session.h"
#include "session/session_server.h"
#include "session/session_store.h"
#include "session/session_table.h"

namespace cutlink::session {

// "cutlink 0.1.0 (1a2b3c4) on HOST"
[[nodiscard]] std::string describe_server();

// Of a session, for people.
[[nodiscard]] inline std::string short_name(const wire::Token& token) {
  return wire::to_text(token).substr(0, 8);
}

// Throws Error(usage), also where two are the same.
[[nodiscard]] std::vector<std::unique_ptr<ServedModel>> open_models(
    const std::vector<std::filesystem::path>& directories);

[[nodiscard]] wire::Reply reply_of(wire::MessageType type, std::uint64_t number, ByteVector body);

// A session's life:
//
//   hello fresh ------> in memory <--- continues, from any connection of the same key
//   hello restores ---> in memory, as at the checkpoint
//   in memory --- goodbye, or another needs the room and nobody is connected ---> on disk, or gone
struct SessionServer::State {
  // Models first: where they cannot be had, nothing is written.
  State(const ServeOptions& o, ServeLog l)
      : options(o),
        log(std::move(l)),
        models(open_models(o.models)),
        store(o.state),
        words(describe_server()),
        threads(o.threads != 0 ? o.threads : std::max(1U, std::thread::hardware_concurrency())),
        memory(machine_memory_bytes()),
        table(o.max_sessions, memory / 4 * 3, [this](const ServedSession& session) {
          say(session, "let go, to make room; its checkpoints are kept");
        }) {}

  std::optional<wire::Reply> handle(const wire::Arrival& arrival, const wire::Envelope& envelope,
                                    const ByteVector& body);
  wire::Reply greet(const wire::Arrival& arrival, const wire::Hello& hello);
  wire::Reply begin(const wire::Arrival& arrival, const wire::Hello& hello);
  wire::Reply go_on(const wire::Arrival& arrival, const wire::Hello& hello);
  wire::Reply restore(const wire::Arrival& arrival, const wire::Hello& hello);
  wire::Reply run_frame(const wire::Arrival& arrival, std::uint64_t number, const ByteVector& body);
  wire::Reply save(ServedSession& session, std::uint32_t step);
  void say_goodbye(const wire::Arrival& arrival, bool finished);
  // Sessions beyond options.keep go, from the disk and from memory.
  void clean();

  wire::Reply welcome(ServedSession& session, const wire::Arrival& arrival);
  [[nodiscard]] wire::Reply not_alive(const wire::Token& token) const;
  // Unless the session on disk is nobody's or this key's.
  void check_owner(const wire::Token& token, const std::string& identity) const;
  [[nodiscard]] const ServedModel& model_of(const train::Agreement& agreement) const;
  // Makes room first.
  std::unique_ptr<ServedSession> make(const wire::Token& token, const wire::Arrival& arrival,
                                      const train::Agreement& agreement);
  void say(const ServedSession& session, const std::string& what) const {
    log(fmt::format("session {}: {}", short_name(session.token()), what));
  }

  ServeOptions options;
  ServeLog log;
  std::vector<std::unique_ptr<ServedModel>> models;
  SessionStore store;
  std::string words;
  std::uint32_t threads;  // of sessions that begin now
  std::uint64_t memory;   // of this machine: three quarters are for all sessions, half for the largest
  SessionTable table;
  std::optional<std::filesystem::file_time_type> cleaned;
};

}  // namespace cutlink::session
