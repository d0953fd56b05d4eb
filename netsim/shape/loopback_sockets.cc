#include "netsim/shape/loopback_sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "netsim/emulate/system_call.h"

namespace cutlink::netsim {
namespace {

constexpr int waiting_connections = 64;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

OwnedFd listen_on_loopback(std::uint16_t& port) {
  OwnedFd fd(checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "make a socket"));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* raw = static_cast<sockaddr*>(static_cast<void*>(&address));
  checked(::bind(fd.number(), raw, size), "bind a port of 127.0.0.1");
  checked(::listen(fd.number(), waiting_connections), "listen on 127.0.0.1");
  checked(::getsockname(fd.number(), raw, &size), "find out a socket's port");
  port = ntohs(address.sin_port);
  return fd;
}

OwnedFd connect_on_loopback(std::uint16_t port, bool& refused) {
  OwnedFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  const auto* raw = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  refused = ::connect(fd.number(), raw, sizeof address) != 0 && errno != EINPROGRESS;
  return fd;
}

void send_at_once(const OwnedFd& socket) {
  const int yes = 1;
  static_cast<void>(::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes));
}

void reset_when_closed(const OwnedFd& socket) {
  const linger at_once{1, 0};
  static_cast<void>(::setsockopt(socket.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
}

bool is_to_be_tried_again() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace cutlink::netsim
