#include <algorithm>

#include "netsim/fixed/fixed_hop.h"
#include "netsim/spec/link_fields.h"
#include "netsim/spec/link_spec.h"
#include "netsim/tcp/segments.h"
#include "netsim/tcp/tcp_link.h"
#include "netsim/wifi/wifi_hop.h"

namespace cutlink::netsim {
namespace {

constexpr Bytes default_window{1'500'000};

// Payload that path and queue hold together: TCP's window cannot grow beyond without loss.
Bytes window_of_path(const FixedLinkSpec& fixed, const TcpSpec& tcp, BitRate rate) {
  const double round_trip_s = std::chrono::duration<double>(2 * fixed.delay).count();
  const double wire_bytes = rate.bps * round_trip_s / 8.0 + static_cast<double>(fixed.queue.count);
  return {static_cast<std::uint64_t>(wire_bytes * tcp.mss /
                                     (tcp.mss + static_cast<double>(tcp_ip_header_bytes)))};
}

Path fixed_path(const LinkSpec& spec, Bytes window) {
  const FixedLinkSpec& fixed = spec.fixed;
  Path path{.hop = std::make_unique<FixedHop>(fixed, segmenting_of(spec.tcp)),
            .shared_medium = fixed.duplex == Duplex::half,
            .delay = fixed.delay,
            .jitter = fixed.jitter,
            .before = {},
            .window_limit = {window, window}};
  if (fixed.queue.count > 0) {
    path.window_limit = {std::min(window, window_of_path(fixed, spec.tcp, fixed.up)),
                         std::min(window, window_of_path(fixed, spec.tcp, fixed.down))};
  }
  return path;
}

Path wifi_path(const LinkSpec& spec, Bytes window) {
  const WifiLinkSpec& wifi = spec.wifi;
  return {.hop = std::make_unique<WifiHop>(wifi, segmenting_of(spec.tcp)),
          .shared_medium = true,
          .delay = wifi.delay,
          .jitter = wifi.jitter,
          // The wired part lies between server and access point: a message down passes it first.
          .before = {Nanoseconds::zero(), wifi.delay},
          .window_limit = {window, window}};
}

// The first setting of the link that only the emulator has; empty: none.
std::string emulated_only(const LinkSpec& spec) {
  if (!spec.fixed.trace_up.empty() || !spec.fixed.trace_down.empty()) {
    return "trace";
  }
  return spec.loss_up.loses() || spec.loss_down.loses() ? "loss" : "";
}

}  // namespace

std::unique_ptr<Link> make_link(const LinkSpec& spec, std::uint64_t seed) {
  if (const auto fault = find_link_fault(spec)) {
    usage_error("link \"" + spec.name + "\": " + fault->key + ": " + fault->message);
  }
  if (const std::string what = emulated_only(spec); !what.empty()) {
    usage_error("link \"" + spec.name + "\": " + what +
                ": the simulated link has none; emulate it (cutlink link emulate, or world = emulated)");
  }
  const Bytes window = spec.tcp.max_window.count == 0 ? default_window : spec.tcp.max_window;
  return std::make_unique<TcpLink>(spec.kind == "fixed" ? fixed_path(spec, window) : wifi_path(spec, window),
                                   spec.tcp, seed);
}

}  // namespace cutlink::netsim
