#include "wire/socket_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "base/error.h"
#include "wire/bounded_call.h"

namespace cutlink::wire {

namespace {

sockaddr_in as_v4(const sockaddr_storage& storage) {
  sockaddr_in address{};
  std::memcpy(&address, &storage, sizeof address);
  return address;
}

sockaddr_in6 as_v6(const sockaddr_storage& storage) {
  sockaddr_in6 address{};
  std::memcpy(&address, &storage, sizeof address);
  return address;
}

struct Found {
  int failure = 0;  // of getaddrinfo()
  std::vector<SocketAddress> addresses;
};

Found look_up(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* list = nullptr;
  Found found;
  found.failure =
      host.empty() ? EAI_NONAME : ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(list, &::freeaddrinfo);
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6) {
      SocketAddress& address = found.addresses.emplace_back();
      std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
      address.size = entry->ai_addrlen;
    }
  }
  return found;
}

std::vector<SocketAddress> taken(const std::string& host, Found found) {
  if (found.failure == EAI_AGAIN || found.failure == EAI_MEMORY || found.failure == EAI_SYSTEM) {
    run_error("address \"" + host + "\": " + ::gai_strerror(found.failure) +
              " (try again, or give its number)");
  }
  if (found.failure != 0) {
    usage_error("address \"" + host + "\": " + ::gai_strerror(found.failure) +
                " (write HOST:PORT with a name or a number that is known here)");
  }
  return std::move(found.addresses);
}

}  // namespace

const sockaddr* SocketAddress::raw() const {
  return static_cast<const sockaddr*>(static_cast<const void*>(&storage));
}

bool SocketAddress::is_loopback() const {
  constexpr std::uint8_t loopback_net = 127;
  if (storage.ss_family == AF_INET) {
    return ntohl(as_v4(storage).sin_addr.s_addr) >> 24U == loopback_net;
  }
  if (storage.ss_family != AF_INET6) {
    return false;
  }
  const in6_addr address = as_v6(storage).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&address) ||
         (IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == loopback_net);
}

std::uint16_t SocketAddress::port() const {
  return ntohs(storage.ss_family == AF_INET6 ? as_v6(storage).sin6_port : as_v4(storage).sin_port);
}

std::string SocketAddress::text() const {
  std::string host(INET6_ADDRSTRLEN, '\0');
  if (storage.ss_family == AF_INET6) {
    const in6_addr address = as_v6(storage).sin6_addr;
    host = std::string("[") + ::inet_ntop(AF_INET6, &address, host.data(), INET6_ADDRSTRLEN) + "]";
  } else {
    const in_addr address = as_v4(storage).sin_addr;
    host = ::inet_ntop(AF_INET, &address, host.data(), INET6_ADDRSTRLEN);
  }
  return host + ":" + std::to_string(port());
}

std::vector<SocketAddress> resolve(const std::string& host, std::uint16_t port, bool to_listen) {
  return taken(host, look_up(host, port, to_listen ? AI_PASSIVE : 0));
}

std::vector<SocketAddress> resolve_until(const std::string& host, std::uint16_t port,
                                         std::int64_t deadline_ns) {
  Found found = look_up(host, port, AI_NUMERICHOST);  // asks nobody
  if (found.failure == EAI_NONAME && !host.empty()) {
    std::optional<Found> answer = call_until(deadline_ns, [host, port] { return look_up(host, port, 0); });
    if (!answer) {
      run_error("address \"" + host + "\": the name service does not answer (try again, or give its number)");
    }
    found = std::move(*answer);
  }
  return taken(host, std::move(found));
}

SocketAddress local_address(int fd) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getsockname(fd, static_cast<sockaddr*>(static_cast<void*>(&address.storage)), &address.size) != 0) {
    run_error(std::string("cannot read a socket's address: ") + std::strerror(errno));
  }
  return address;
}

}  // namespace cutlink::wire
