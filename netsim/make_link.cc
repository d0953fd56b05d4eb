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

// The payload that path and queue hold together: without loss, TCP's window cannot grow beyond it.
Bytes window_of_path(const FixedLinkSpec& fixed, const LinkSpec& link, BitRate rate) {
  const double round_trip_s = std::chrono::duration<double>(2 * link.delay).count();
  const double wire_bytes = rate.bps * round_trip_s / 8.0 + static_cast<double>(fixed.queue.count);
  return {static_cast<std::uint64_t>(wire_bytes * link.tcp.mss /
                                     (link.tcp.mss + static_cast<double>(tcp_ip_header_bytes)))};
}

Path make_path(const FixedLinkSpec& fixed, const LinkSpec& link, Bytes window) {
  Path path{.hop = std::make_unique<FixedHop>(fixed, segmenting_of(link.tcp)),
            .shared_medium = fixed.duplex == Duplex::half,
            .delay = link.delay,
            .jitter = link.jitter,
            .before = {},
            .window_limit = {window, window}};
  if (fixed.queue.count > 0) {
    path.window_limit = {std::min(window, window_of_path(fixed, link, fixed.up)),
                         std::min(window, window_of_path(fixed, link, fixed.down))};
  }
  return path;
}

Path make_path(const WifiLinkSpec& wifi, const LinkSpec& link, Bytes window) {
  return {.hop = std::make_unique<WifiHop>(wifi, segmenting_of(link.tcp)),
          .shared_medium = true,
          .delay = link.delay,
          .jitter = link.jitter,
          // The wired part lies between server and access point: a message down passes it first.
          .before = {Nanoseconds::zero(), link.delay},
          .window_limit = {window, window}};
}

// The first setting of the link that only the emulator has; empty: none.
std::string emulated_only(const LinkSpec& link) {
  const auto* fixed = std::get_if<FixedLinkSpec>(&link.bottleneck);
  if (fixed != nullptr && !(fixed->trace_up.empty() && fixed->trace_down.empty())) {
    return "trace";
  }
  return link.loss_up.loses() || link.loss_down.loses() ? "loss" : "";
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
  Path path = std::visit([&](const auto& kind) { return make_path(kind, spec, window); }, spec.bottleneck);
  return std::make_unique<TcpLink>(std::move(path), spec.tcp, seed);
}

}  // namespace cutlink::netsim
