// A session with a server that outlives its connections: a message is sent again over a new connection until
// it was answered, as wire/SESSION.md has it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/records.h"
#include "session/live_options.h"
#include "wire/message.h"

namespace cutlink::session {

class LiveSession {
 public:
  // warning, stable name, message: a connection was lost or is back.
  using Tell = std::function<void(bool, const char*, const std::string&)>;

  // Touches no network.
  LiveSession(const LiveOptions& options, ByteVector agreement, Tell tell);
  ~LiveSession();

  // Every call below that needs the server waits for it while it is away, and, of a run that had begun, while
  // it has no room. Throws Error(usage) for an address
  // that cannot be, Error(peer) where authentication fails or the peer refuses or breaks the protocol,
  // Error(run) where it stays away, Interrupted where a person asked to stop meanwhile.

  // Connects to a server that must be there now.
  void reach();
  // Begins a fresh session.
  void begin();
  // From now on somebody else is told.
  void tell_to(Tell tell) { tell_ = std::move(tell); }

  // Opens the session of this name at its checkpoint of `step`. Throws RestoreNeeded where the server has
  // another set of checkpoints, or none of this session. The second time, for the same step, it changes
  // nothing.
  void restore(const wire::Token& token, std::uint32_t step);

  struct Exchange {
    wire::Received received;
    std::int64_t sent_ns = 0;  // first byte of the request to the socket, our steady clock
  };
  // One request and its answer, which must be of type `expected`; begins a fresh session where there is none.
  // numbered: a frame, which runs once. Throws RestoreNeeded, too.
  Exchange request(wire::MessageType type, ByteSpan body, wire::MessageType expected, bool numbered);

  // Not answered; says nothing where there is no connection.
  void say_goodbye(bool finished);

  // The server's steady clock less ours, as last read.
  [[nodiscard]] std::int64_t clock_offset_ns() const { return clock_offset_ns_; }
  [[nodiscard]] const wire::Token& token() const { return token_; }
  [[nodiscard]] bool is_open() const { return open_; }
  [[nodiscard]] SocketBytes socket_bytes() const;  // since the beginning
  [[nodiscard]] const std::string& describe() const { return described_; }
  [[nodiscard]] const std::string& server() const { return server_; }  // in its own words

 private:
  using Clock = std::chrono::steady_clock;

  void connect();
  void drop();
  void open();
  void read_clocks();
  wire::Received receive(wire::MessageType type, std::uint64_t number);
  void patiently(const std::function<void(bool lost_once)>& attempt);
  void mend(const std::function<void()>& attempt);
  [[nodiscard]] bool has_begun() const;  // the run, maybe in another process
  [[noreturn]] void stays_away(const std::string& why) const;

  LiveOptions options_;
  ByteVector agreement_;
  Tell tell_;

  std::unique_ptr<wire::ClientConnection> connection_;
  std::string described_, server_;
  wire::Token token_{};
  bool open_ = false;  // a session was opened; its connection may be broken
  wire::Hello::Kind beginning_ = wire::Hello::Kind::fresh;
  std::uint32_t restore_step_ = 0;
  std::uint32_t limit_ = wire::greeting_limit;  // of a body
  std::uint64_t number_ = 0;                    // of the last numbered request
  std::int64_t clock_offset_ns_ = 0;
  Clock::time_point clock_read_{};
  wire::SocketCount earlier_;  // of connections that are gone
  std::uint64_t repeated_bytes_ = 0;
};

}  // namespace cutlink::session
