#include "wire/connection_acceptor.h"

#include <poll.h>
#include <sys/socket.h>

#include <asio/post.hpp>
#include <cerrno>
#include <chrono>

#include "wire/socket_address.h"

namespace cutlink::wire {

namespace {

constexpr std::chrono::milliseconds accept_pause{100};  // without descriptors or memory, and nobody to let go
constexpr int most_accepts_a_turn = 64;

bool is_out_of_room(int cause) {
  return cause == EMFILE || cause == ENFILE || cause == ENOBUFS || cause == ENOMEM;
}

}  // namespace

ConnectionAcceptor::ConnectionAcceptor(asio::io_context& loop, int listening_fd, Owner owner)
    : loop_(loop),
      listening_fd_(listening_fd),
      owner_(std::move(owner)),
      listening_(loop, listening_fd),
      pause_(loop) {}

ConnectionAcceptor::~ConnectionAcceptor() { listening_.release(); }

void ConnectionAcceptor::start() { wait(); }

void ConnectionAcceptor::stop() {
  is_stopping_ = true;
  listening_.cancel();
  pause_.cancel();
}

void ConnectionAcceptor::wait() {
  listening_.async_wait(asio::posix::descriptor_base::wait_read, [this](asio::error_code error) {
    if (!error) {
      accept_all();
    }
  });
}

void ConnectionAcceptor::accept_all() {
  if (is_stopping_) {
    return;
  }
  for (int i = 0; i < most_accepts_a_turn; ++i) {
    SocketAddress address;
    address.size = sizeof address.storage;
    const int fd = ::accept4(listening_fd_, static_cast<sockaddr*>(static_cast<void*>(&address.storage)),
                             &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      owner_.welcome(fd, address.text());
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (is_out_of_room(errno)) {
      // Who waits keeps the socket readable: waiting for that again at once would spin.
      if (nobody_waits()) {
        break;  // the kernel wants a descriptor before it looks
      }
      without_room();
      return;
    }  // all else is of a connection that is gone already
  }
  wait();
}

void ConnectionAcceptor::without_room() {
  if (owner_.make_room()) {
    asio::post(loop_, [this] { accept_all(); });  // after the handlers of what went, which still hold it
    return;
  }
  pause_.expires_after(accept_pause);
  pause_.async_wait([this](asio::error_code error) {
    if (!error) {
      accept_all();
    }
  });
}

bool ConnectionAcceptor::nobody_waits() const {
  pollfd entry{listening_fd_, POLLIN, 0};
  return ::poll(&entry, 1, 0) == 0;
}

}  // namespace cutlink::wire
