#include "wire/server/connection_acceptor.h"

#include <poll.h>
#include <sys/socket.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>

#include "wire/socket_address.h"

namespace cutlink::wire {

namespace {

constexpr std::chrono::milliseconds accept_pause{100};  // without descriptors or memory, and nobody to let go
constexpr int max_accepts_a_turn = 64;

bool is_out_of_room(int cause) {
  return cause == EMFILE || cause == ENFILE || cause == ENOBUFS || cause == ENOMEM;
}

}  // namespace

struct ConnectionAcceptor::State {
  asio::io_context& loop;
  int listening_fd;
  Owner owner;
  asio::posix::stream_descriptor listening;
  asio::steady_timer pause;
  bool is_stopping = false;

  State(asio::io_context& l, int fd, Owner o)
      : loop(l), listening_fd(fd), owner(std::move(o)), listening(l, fd), pause(l) {}
  ~State() { listening.release(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void wait() {
    listening.async_wait(asio::posix::descriptor_base::wait_read, [this](asio::error_code error) {
      if (!error) {
        accept_all();
      }
    });
  }

  void accept_all() {
    if (is_stopping) {
      return;
    }
    for (int i = 0; i < max_accepts_a_turn; ++i) {
      SocketAddress address;
      address.size = sizeof address.storage;
      const int fd = ::accept4(listening_fd, static_cast<sockaddr*>(static_cast<void*>(&address.storage)),
                               &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        owner.welcome(fd, address.text());
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

  void without_room() {
    if (owner.make_room()) {
      asio::post(loop, [this] { accept_all(); });  // after the handlers of what went, which still hold it
      return;
    }
    pause.expires_after(accept_pause);
    pause.async_wait([this](asio::error_code error) {
      if (!error) {
        accept_all();
      }
    });
  }

  [[nodiscard]] bool nobody_waits() const {
    pollfd entry{listening_fd, POLLIN, 0};
    return ::poll(&entry, 1, 0) == 0;
  }
};

ConnectionAcceptor::ConnectionAcceptor(asio::io_context& loop, int listening_fd, Owner owner)
    : state_(std::make_unique<State>(loop, listening_fd, std::move(owner))) {}

ConnectionAcceptor::~ConnectionAcceptor() = default;

void ConnectionAcceptor::start() { state_->wait(); }

void ConnectionAcceptor::stop() {
  state_->is_stopping = true;
  state_->listening.cancel();
  state_->pause.cancel();
}

}  // namespace cutlink::wire
