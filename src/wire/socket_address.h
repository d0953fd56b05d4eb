// Addresses of TCP sockets: looked up, shown, and asked whether they leave this machine.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

namespace cutlink::wire {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* raw() const;
  [[nodiscard]] bool is_loopback() const;  // 127.0.0.0/8, ::1, and the former written as IPv6
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string text() const;  // "10.0.0.2:7070", "[::1]:7070"
};

// All addresses of a host name or a number, in the order to try them. Throws Error(usage) where there are
// none, Error(run) where the name service does not answer now. Blocks as long as the name service does.
[[nodiscard]] std::vector<SocketAddress> resolve(const std::string& host, std::uint16_t port, bool to_listen);

// The same to connect to, but waits for the name service until deadline_ns (steady clock) only: Error(run)
// then, too.
[[nodiscard]] std::vector<SocketAddress> resolve_until(const std::string& host, std::uint16_t port,
                                                       std::int64_t deadline_ns);

// Of a socket that is bound, or connected.
[[nodiscard]] SocketAddress local_address(int fd);

}  // namespace cutlink::wire
