#include "cli/options/host_port.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"

namespace cutlink::cli {

HostPort parse_host_port(const std::string& text, const std::string& option) {
  const auto refuse = [&](const char* why) {
    usage_error(
        fmt::format("{} \"{}\": {} (write HOST:PORT, e.g. 127.0.0.1:7070 or [::1]:7070)", option, text, why));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) {
    refuse("the port is missing");
  }
  HostPort address;
  address.host = text.substr(0, colon);
  const bool bracketed =
      address.host.size() >= 2 && address.host.front() == '[' && address.host.back() == ']';
  if (bracketed) {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != std::string::npos) {
    refuse("an IPv6 address stands in brackets");
  }
  if (address.host.empty()) {
    refuse("the host is missing");
  }
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc{} || stop != end) {
    refuse("the port is not a number up to 65535");
  }
  return address;
}

}  // namespace cutlink::cli
