#include "netsim/packet/link_packets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "netsim/fixed/fixed_hop.h"
#include "netsim/packet/fixed_medium.h"
#include "netsim/packet/rate_trace.h"
#include "netsim/packet/wifi_medium.h"
#include "netsim/spec/link_fields.h"
#include "netsim/tcp/segments.h"
#include "netsim/wifi/wifi_hop.h"

namespace cutlink::netsim {
namespace {

const std::filesystem::path& trace_of(const FixedLinkSpec& fixed, Direction direction) {
  return direction == Direction::up ? fixed.trace_up : fixed.trace_down;
}

BitRate rate_of(const FixedLinkSpec& fixed, Direction direction) {
  return direction == Direction::up ? fixed.up : fixed.down;
}

constexpr Bytes unlimited{1ULL << 60};

Bytes queue_of(const LinkSpec& spec, Direction direction, QueueLimit limit) {
  return limit == QueueLimit::none ? unlimited : emulated_queue(spec, direction);
}

FixedMedium::Side make_side(const LinkSpec& spec, Direction direction, QueueLimit limit) {
  const std::filesystem::path& trace = trace_of(spec.fixed, direction);
  std::unique_ptr<RateClock> clock;
  if (trace.empty()) {
    clock = std::make_unique<ConstantRate>(rate_of(spec.fixed, direction));
  } else {
    clock = std::make_unique<TraceRate>(load_rate_trace(trace));
  }
  return {queue_of(spec, direction, limit), std::move(clock)};
}

std::unique_ptr<Medium> make_medium(const LinkSpec& spec, std::uint64_t seed, QueueLimit limit) {
  if (spec.kind == "wifi") {
    return std::make_unique<WifiMedium>(spec.wifi, queue_of(spec, Direction::up, limit),
                                        full_packet_bytes(spec), seed);
  }
  return std::make_unique<FixedMedium>(make_side(spec, Direction::up, limit),
                                       make_side(spec, Direction::down, limit), spec.fixed.duplex);
}

Nanoseconds jitter_of(const LinkSpec& spec) {
  return spec.kind == "wifi" ? spec.wifi.jitter : spec.fixed.jitter;
}

std::string describe_rate(const LinkSpec& spec, Direction direction) {
  const std::filesystem::path& trace = trace_of(spec.fixed, direction);
  const std::string rate = to_text(packet_rate(spec, direction));
  return trace.empty() ? rate : fmt::format("{} on average ({})", rate, trace.filename().string());
}

std::string describe_medium(const LinkSpec& spec) {
  if (spec.kind == "wifi") {
    return WifiHop(spec.wifi, segmenting_of(spec.tcp)).describe();
  }
  return fmt::format("{} up, {} down, {} duplex", describe_rate(spec, Direction::up),
                     describe_rate(spec, Direction::down),
                     spec.fixed.duplex == Duplex::half ? "half" : "full");
}

}  // namespace

std::uint32_t full_packet_bytes(const LinkSpec& spec) {
  return spec.tcp.mss + static_cast<std::uint32_t>(tcp_ip_header_bytes);
}

BitRate packet_rate(const LinkSpec& spec, Direction direction) {
  if (spec.kind == "wifi") {
    TcpSpec with_acks = spec.tcp;  // packets through the emulator are TCP's, whatever the model leaves out
    with_acks.enabled = true;
    const Segmenting segmenting = segmenting_of(with_acks);
    const double payload = WifiHop(spec.wifi, segmenting).payload_rate_bps(direction);
    return {payload * static_cast<double>(segmenting.packet_size()) /
            static_cast<double>(segmenting.payload)};
  }
  const std::filesystem::path& trace = trace_of(spec.fixed, direction);
  return trace.empty() ? rate_of(spec.fixed, direction) : load_rate_trace(trace).mean_rate();
}

Nanoseconds link_delay(const LinkSpec& spec) {
  return spec.kind == "wifi" ? spec.wifi.delay : spec.fixed.delay;
}

Bytes emulated_queue(const LinkSpec& spec, Direction direction) {
  if (spec.kind == "fixed" && spec.fixed.queue.count > 0) {
    return spec.fixed.queue;
  }
  // Wi-Fi: 500 packets, ns-3's default; contended air serves them in clumps, which a smaller queue would
  // drop.
  const double least_bytes = spec.kind == "wifi" ? 500.0 * full_packet_bytes(spec) : 100e3;
  const double least_s = 40e-3;
  const double two_trips_s = std::chrono::duration<double>(4 * link_delay(spec)).count();
  const double bytes = packet_rate(spec, direction).bps / 8.0 * std::max(two_trips_s, least_s);
  return {static_cast<std::uint64_t>(std::llround(std::max(bytes, least_bytes)))};
}

std::unique_ptr<PacketPath> make_packet_path(const LinkSpec& spec, std::uint64_t seed, PacketPool& pool,
                                             QueueLimit limit) {
  if (const auto fault = find_link_fault(spec)) {
    usage_error("link \"" + spec.name + "\": " + fault->key + ": " + fault->message);
  }
  const Nanoseconds delay = link_delay(spec);
  PacketPath::Settings settings;
  settings.after = {delay, delay};
  if (spec.kind == "wifi") {
    // The wired part lies between server and access point: a packet down passes it first.
    settings.before = {Nanoseconds::zero(), delay};
    settings.after = {delay, Nanoseconds::zero()};
  }
  settings.jitter = jitter_of(spec);
  settings.loss = {spec.loss_up, spec.loss_down};
  settings.seed = seed;
  return std::make_unique<PacketPath>(make_medium(spec, seed, limit), settings, pool);
}

std::string describe_emulated(const LinkSpec& spec) {
  std::string text = fmt::format("{}, RTT {}", describe_medium(spec), to_text(2 * link_delay(spec)));
  if (jitter_of(spec) > Nanoseconds::zero()) {
    text += fmt::format(" + jitter up to {} each way", to_text(jitter_of(spec)));
  }
  const Bytes up = emulated_queue(spec, Direction::up);
  const Bytes down = emulated_queue(spec, Direction::down);
  text += up == down ? fmt::format(", queue {}", to_text(up))
                     : fmt::format(", queue {} up, {} down", to_text(up), to_text(down));
  if (spec.loss_up.loses() || spec.loss_down.loses()) {
    text += spec.loss_up == spec.loss_down
                ? ", loss " + loss_text(spec.loss_up)
                : fmt::format(", loss {} up, {} down", loss_text(spec.loss_up), loss_text(spec.loss_down));
  }
  return text + " (emulated)";
}

}  // namespace cutlink::netsim
