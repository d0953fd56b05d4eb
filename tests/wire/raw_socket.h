// A peer that sends whatever a test likes, and tells what came back.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

#include "base/byte_io.h"

namespace cutlink::wire {

inline sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

class RawSocket {
 public:
  explicit RawSocket(int fd) : fd_(fd) {
    const int yes = 1;  // what is sent is there at once
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  // Connected to loopback; number() is -1 where that failed.
  static RawSocket to(std::uint16_t port) {
    RawSocket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback_address(port);
    if (::connect(socket.fd_, static_cast<const sockaddr*>(static_cast<const void*>(&address)),
                  sizeof address) != 0) {
      socket.close();
    }
    return socket;
  }
  RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawSocket& operator=(RawSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~RawSocket() { close(); }

  [[nodiscard]] int number() const { return fd_; }
  void close() {
    if (fd_ >= 0) {
      ::close(std::exchange(fd_, -1));
    }
  }
  // False: the peer takes no more.
  bool send(ByteSpan bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) {
        return false;
      }
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
  }
  void end_sending() const { ::shutdown(fd_, SHUT_WR); }

  // What is there within `patience`; empty where nothing came. ended: the peer closed or reset it.
  struct Heard {
    ByteVector bytes;
    bool ended = false;
  };
  [[nodiscard]] Heard hear(std::chrono::milliseconds patience) const {
    pollfd entry{fd_, POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(patience.count())) <= 0) {
      return {};
    }
    Heard heard;
    heard.bytes.resize(64 * 1024);
    const ssize_t n = ::recv(fd_, heard.bytes.data(), heard.bytes.size(), 0);
    heard.bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    heard.ended = n <= 0;
    return heard;
  }
  // All until the end, or until nothing came for as long as `patience`.
  [[nodiscard]] Heard hear_to_the_end(std::chrono::milliseconds patience) const {
    Heard all;
    for (;;) {
      const Heard heard = hear(patience);
      all.bytes.insert(all.bytes.end(), heard.bytes.begin(), heard.bytes.end());
      all.ended = heard.ended;
      if (heard.ended || heard.bytes.empty()) {
        return all;
      }
    }
  }

 private:
  int fd_ = -1;
};

// Listens on a free port of loopback.
class RawListener {
 public:
  RawListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback_address(0);
    socklen_t size = sizeof address;
    auto* raw = static_cast<sockaddr*>(static_cast<void*>(&address));
    if (::bind(socket_.number(), raw, size) == 0 && ::listen(socket_.number(), 64) == 0 &&
        ::getsockname(socket_.number(), raw, &size) == 0) {
      port_ = ntohs(address.sin_port);
    }
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] RawSocket accept() const { return RawSocket(::accept(socket_.number(), nullptr, nullptr)); }
  // Those who wait in accept() get a socket with the number -1.
  void stop() const { ::shutdown(socket_.number(), SHUT_RDWR); }

 private:
  RawSocket socket_;
  std::uint16_t port_ = 0;
};

}  // namespace cutlink::wire
