// The server's event loop: accepts, waits for all connections at once, keeps their deadlines and their
// number.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "wire/server/server_connection.h"
#include "wire/server/server_listener.h"

namespace cutlink::wire {

// Written by the loop, read by anyone.
struct LoopCount {
  std::atomic<std::uint64_t> accepted{0}, refused_before_hello{0}, open{0}, half_open{0};
};

inline constexpr ConnectionId no_connection = 0;

// What the loop hands out, on its own thread; of no_connection when it begins to stop.
struct ServerEvent {
  ConnectionId connection = 0;
  std::optional<ServerConnection::Message> message;  // none: the connection closed
};

class ServerLoop {
 public:
  // listening_fd and stop_fd (an eventfd) are borrowed; all arguments outlive the loop.
  ServerLoop(const ListenOptions& options, int listening_fd, int stop_fd, LoopCount& count,
             std::function<void(ServerEvent)> sink);
  ~ServerLoop();

  // Until stop_fd is readable, end_answers() was called, and what was being written then is written or its
  // deadline passed. A connection of which a message was handed out is reported closed in the end, always.
  void run();
  // The handler's answer to a connection's message; from any thread.
  void answer(ConnectionId connection, std::optional<Reply> reply);
  // No answers come any more; from any thread.
  void end_answers();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::wire
