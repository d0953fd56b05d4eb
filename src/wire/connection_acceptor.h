// Takes connections from a listening socket, for an event loop: also where descriptors or memory run out, and
// never spinning.
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <string>

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
  void wait();
  void accept_all();
  void without_room();
  [[nodiscard]] bool nobody_waits() const;

  asio::io_context& loop_;
  int listening_fd_;
  Owner owner_;
  asio::posix::stream_descriptor listening_;
  asio::steady_timer pause_;
  bool is_stopping_ = false;
};

}  // namespace cutlink::wire
