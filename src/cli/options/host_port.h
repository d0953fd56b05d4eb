// Addresses as people write them: HOST:PORT.
#pragma once

#include <cstdint>
#include <string>

namespace cutlink::cli {

struct HostPort {
  std::string host;  // a name or a number; IPv6 without its brackets
  std::uint16_t port = 0;
};

// "127.0.0.1:7070", "server.example:7070", "[::1]:7070". Throws Error(usage) that names `option` and says how
// to write it.
[[nodiscard]] HostPort parse_host_port(const std::string& text, const std::string& option);

}  // namespace cutlink::cli
