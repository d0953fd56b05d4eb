#include "wire/tcp_socket.h"

#include <fcntl.h>
#include <linux/tcp.h>  // tcp_info with the bytes that were sent again: the C library's has fewer fields
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/file_io.h"

namespace cutlink::wire {

namespace {

// Of an otherwise silent connection: a peer that vanished is found out after 60 + 6 × 10 seconds.
constexpr int keep_alive_idle_s = 60;
constexpr int keep_alive_interval_s = 10;
constexpr int keep_alive_probes = 6;

// A part of a message each; messages have a handful.
constexpr std::size_t max_parts_a_call = 16;

void set_option(int fd, int level, int name, int value) {
  static_cast<void>(::setsockopt(fd, level, name, &value, sizeof value));
}

}  // namespace

TcpSocket::TcpSocket(int fd) : fd_(fd) {
  if (fd_ < 0) {
    return;
  }
  static_cast<void>(::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK));
  set_option(fd_, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd_, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd_, IPPROTO_TCP, TCP_KEEPIDLE, keep_alive_idle_s);
  set_option(fd_, IPPROTO_TCP, TCP_KEEPINTVL, keep_alive_interval_s);
  set_option(fd_, IPPROTO_TCP, TCP_KEEPCNT, keep_alive_probes);
}

TcpSocket::TcpSocket(TcpSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      sent_bytes_(other.sent_bytes_),
      received_bytes_(other.received_bytes_),
      why_(std::move(other.why_)) {}

TcpSocket::~TcpSocket() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

int TcpSocket::release() { return std::exchange(fd_, -1); }

Need TcpSocket::failed(Need otherwise) {
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    return otherwise;
  }
  why_ = std::strerror(errno);
  return Need::lost;
}

Moved TcpSocket::receive(std::span<std::uint8_t> into) {
  ssize_t n = -1;
  do {
    n = ::recv(fd_, into.data(), into.size(), 0);
  } while (n < 0 && errno == EINTR);
  if (n < 0) {
    return {0, failed(Need::readable)};
  }
  if (n == 0 && !into.empty()) {
    why_ = "the peer closed it";
    return {0, Need::lost};
  }
  received_bytes_ += static_cast<std::size_t>(n);
  return {static_cast<std::size_t>(n), Need::nothing};
}

Moved TcpSocket::send(std::span<const ByteSpan> parts) {
  std::array<iovec, max_parts_a_call> vectors;
  const std::size_t count = std::min(parts.size(), vectors.size());
  for (std::size_t i = 0; i < count; ++i) {
    // sendmsg(2) only reads, but its struct serves recvmsg(2) as well.
    vectors[i] = {const_cast<std::uint8_t*>(parts[i].data()), parts[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  ssize_t n = -1;
  do {
    n = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
  } while (n < 0 && errno == EINTR);
  if (n < 0) {
    return {0, failed(Need::writable)};
  }
  sent_bytes_ += static_cast<std::size_t>(n);
  return {static_cast<std::size_t>(n), Need::nothing};
}

void TcpSocket::end_sending() { static_cast<void>(::shutdown(fd_, SHUT_WR)); }

std::uint64_t TcpSocket::retransmitted_bytes() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  const bool known = ::getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
                     size >= offsetof(tcp_info, tcpi_bytes_retrans) + sizeof info.tcpi_bytes_retrans;
  return known ? info.tcpi_bytes_retrans : 0;
}

std::string TcpSocket::congestion() const {
  std::array<char, 32> name{};
  socklen_t size = name.size() - 1;
  if (::getsockopt(fd_, IPPROTO_TCP, TCP_CONGESTION, name.data(), &size) != 0) {
    return "unknown";
  }
  return name.data();
}

void set_congestion(int fd, const std::string& congestion) {
  if (congestion.empty()) {
    return;
  }
  if (::setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, congestion.data(),
                   static_cast<socklen_t>(congestion.size())) != 0) {
    const int cause = errno;
    std::string known = read_text_file("/proc/sys/net/ipv4/tcp_available_congestion_control", 4096);
    known.erase(known.find_last_not_of(" \n") + 1);
    usage_error("congestion control \"" + congestion + "\": " + std::strerror(cause) +
                " (this system has: " + known + ")");
  }
}

}  // namespace cutlink::wire
