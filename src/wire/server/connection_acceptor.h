// Takes connections from a listening socket, for an event loop: also where descriptors or memory run out, and
// never spinning.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace asio {
class io_context;
}

namespace cutlink::wire {

class ConnectionAcceptor {
 public:
  struct Owner {
    // A new connection, whose descriptor is the owner's from here on.
    std::function<void(int fd, const std::string& address)> welcome;
    // No descriptor or memory is left. False: nothing could be let go either.
    std::function<bool()> make_room;
  };

  // listening_fd is borrowed; all arguments outlive it.
  ConnectionAcceptor(asio::io_context& loop, int listening_fd, Owner owner);
  ~ConnectionAcceptor();
  ConnectionAcceptor(const ConnectionAcceptor&) = delete;
  ConnectionAcceptor& operator=(const ConnectionAcceptor&) = delete;

  void start();
  void stop();

 private:
  // Asio stays out of headers: what it makes of itself depends on the standard headers before it, and must be
  // the same in every source.
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::wire
