#include "netsim/emulate/tcp_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>

#include "netsim/packet/link_packets.h"

namespace cutlink::netsim {
namespace {

void write_setting(const std::string& name, const std::string& value) {
  std::ofstream("/proc/sys/net/" + name) << value;
}

std::string read_setting(const std::string& name) {
  std::string word;
  std::ifstream("/proc/sys/net/" + name) >> word;
  return word;
}

// Linux lets a window take about half of a socket's buffer.
void make_room(const char* name, std::uint64_t window) {
  std::array<std::uint64_t, 3> sizes{};  // least, default, most
  std::ifstream file("/proc/sys/net/" + std::string(name));
  if (!(file >> sizes[0] >> sizes[1] >> sizes[2]) || sizes[2] >= 2 * window) {
    return;
  }
  write_setting(name, fmt::format("{} {} {}", sizes[0], sizes[1], 2 * window));
}

}  // namespace

void apply_tcp_settings(const LinkSpec& spec) {
  write_setting("ipv6/conf/all/disable_ipv6", "1");
  write_setting("ipv6/conf/default/disable_ipv6", "1");
  write_setting("ipv4/tcp_congestion_control", "cubic");
  write_setting("ipv4/tcp_no_metrics_save", "1");
  write_setting("ipv4/tcp_slow_start_after_idle", spec.tcp.idle_reset ? "1" : "0");
  write_setting("ipv4/ping_group_range", "0 0");
  const double round_trip_s = std::chrono::duration<double>(2 * spec.delay).count();
  std::uint64_t window = 0;
  for (const Direction direction : {Direction::up, Direction::down}) {
    const double in_flight = packet_rate(spec, direction).bps / 8.0 * round_trip_s;
    window = std::max(window, static_cast<std::uint64_t>(in_flight) + emulated_queue(spec, direction).count);
  }
  window = std::min(window, std::uint64_t{1} << 30);  // RFC 7323, section 2.3
  make_room("ipv4/tcp_rmem", window);
  make_room("ipv4/tcp_wmem", window);
}

std::string default_congestion_control() { return read_setting("ipv4/tcp_congestion_control"); }

}  // namespace cutlink::netsim
