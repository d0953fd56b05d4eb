// The server's end: an event loop of its own thread that accepts, authenticates and frames; requests are
// handed to one handler, one at a time, on the thread that calls run(). So a long computation never keeps a
// connection from being accepted or a deadline from being met.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "base/units.h"
#include "wire/message.h"
#include "wire/tls/certificates.h"
#include "wire/tls/key_file.h"

namespace cutlink::wire {

using ConnectionId = std::uint64_t;  // never used twice

struct ListenOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  // One or the other; without, loopback only, no TLS.
  KeyRing keys;
  std::optional<Certificates> certificates;
  std::uint32_t max_half_open = 256;     // connections before `welcome`; beyond: the oldest is closed
  std::uint32_t max_connections = 1024;  // in all
  Nanoseconds greeting_deadline{};       // from accept to a whole hello
  Nanoseconds read_deadline{};           // between two bytes of a message that has begun
  Nanoseconds idle_deadline{};           // of an open connection without a message; 0: none
  std::string congestion;                // empty: the system's
  // A line for a log, of connections that ended before a hello; few, however many those are. Called on the
  // loop's own thread. May be empty.
  std::function<void(const std::string& line)> on_stranger;
};

// What a handler answers. Parts are sent in one gathered write.
struct Reply {
  MessageType type = MessageType::refusal;
  std::uint64_t number = 0;
  std::vector<std::shared_ptr<const ByteVector>> parts;
  bool close = false;           // after it was sent
  std::uint32_t new_limit = 0;  // welcome: bodies up to this from now on; 0: another hello is to come
};

// Where a message came from and when, on the server's steady clock.
struct Arrival {
  ConnectionId connection = 0;
  std::string identity;  // of the key that authenticated it; empty without TLS
  std::string peer;      // address
  std::int64_t first_byte_ns = 0, last_byte_ns = 0;
  std::string common_name{};  // of its certificate, for people, in printable ASCII; empty without
  std::string congestion{};   // control of our end of its connection; with a hello only

  // How it authenticated, for a log: ", key cutlink-…", or with its certificate's name; empty without TLS.
  [[nodiscard]] std::string shown_by() const;
};

// Called on one thread. An Error(peer) or Error(usage) thrown becomes a refusal (protocol) and the connection
// closes; an Error(run) becomes a refusal (failed).
class ServerHandler {
 public:
  virtual ~ServerHandler() = default;
  // None: nothing is sent (goodbye).
  virtual std::optional<Reply> on_message(const Arrival& arrival, const Envelope& envelope,
                                          ByteVector body) = 0;
  virtual void on_closed(ConnectionId connection) = 0;
};

struct ListenerCount {
  std::uint64_t accepted = 0, refused_before_hello = 0, open = 0, half_open = 0;
};

class ServerListener {
 public:
  // Binds and listens. Throws Error(usage) where the address cannot be bound, or is not loopback and there is
  // neither a key nor a certificate.
  explicit ServerListener(const ListenOptions& options);
  ~ServerListener();
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] ListenerCount count() const;
  // Serves until stop(). Messages of one connection arrive in order.
  void run(ServerHandler& handler);
  void stop();  // from any thread or a signal handler

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::wire
