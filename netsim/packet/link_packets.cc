#include "netsim/packet/link_packets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

Bytes queue_of(const LinkSpec& link, Direction direction, QueueLimit limit) {
  return limit == QueueLimit::none ? unlimited : emulated_queue(link, direction);
}

FixedMedium::Side make_side(const FixedLinkSpec& fixed, const LinkSpec& link, Direction direction,
                            QueueLimit limit) {
  const std::filesystem::path& trace = trace_of(fixed, direction);
  std::unique_ptr<RateClock> clock;
  if (trace.empty()) {
    clock = std::make_unique<ConstantRate>(rate_of(fixed, direction));
  } else {
    clock = std::make_unique<TraceRate>(load_rate_trace(trace));
  }
  return {queue_of(link, direction, limit), std::move(clock)};
}

std::unique_ptr<Medium> make_medium(const FixedLinkSpec& fixed, const LinkSpec& link, std::uint64_t /*seed*/,
                                    QueueLimit limit) {
  return std::make_unique<FixedMedium>(make_side(fixed, link, Direction::up, limit),
                                       make_side(fixed, link, Direction::down, limit), fixed.duplex);
}

std::unique_ptr<Medium> make_medium(const WifiLinkSpec& wifi, const LinkSpec& link, std::uint64_t seed,
                                    QueueLimit limit) {
  return std::make_unique<WifiMedium>(wifi, queue_of(link, Direction::up, limit), full_packet_bytes(link),
                                      seed);
}

BitRate rate_of_packets(const FixedLinkSpec& fixed, const TcpSpec& /*tcp*/, Direction direction) {
  const std::filesystem::path& trace = trace_of(fixed, direction);
  return trace.empty() ? rate_of(fixed, direction) : load_rate_trace(trace).mean_rate();
}

BitRate rate_of_packets(const WifiLinkSpec& wifi, const TcpSpec& tcp, Direction direction) {
  TcpSpec with_acks = tcp;  // packets through the emulator are TCP's, whatever the model leaves out
  with_acks.enabled = true;
  const Segmenting segmenting = segmenting_of(with_acks);
  const double payload = WifiHop(wifi, segmenting).payload_rate_bps(direction);
  return {payload * static_cast<double>(segmenting.packet_size()) / static_cast<double>(segmenting.payload)};
}

// A queue that is given, and the least of one that is not.
Bytes given_queue(const FixedLinkSpec& fixed) { return fixed.queue; }
Bytes given_queue(const WifiLinkSpec& /*wifi*/) { return {}; }
double least_queue_bytes(const FixedLinkSpec& /*fixed*/, const LinkSpec& /*link*/) { return 100e3; }
// 500 packets, ns-3's default: contended air serves them in clumps, which a smaller queue would drop.
double least_queue_bytes(const WifiLinkSpec& /*wifi*/, const LinkSpec& link) {
  return 500.0 * full_packet_bytes(link);
}

// Where the delay lies: before or behind the medium.
void set_delays(PacketPath::Settings& settings, const FixedLinkSpec& /*fixed*/, Nanoseconds delay) {
  settings.after = {delay, delay};
}
// The wired part lies between server and access point: a packet down passes it first.
void set_delays(PacketPath::Settings& settings, const WifiLinkSpec& /*wifi*/, Nanoseconds delay) {
  settings.before = {Nanoseconds::zero(), delay};
  settings.after = {delay, Nanoseconds::zero()};
}

std::string describe_rate(const FixedLinkSpec& fixed, const LinkSpec& link, Direction direction) {
  const std::filesystem::path& trace = trace_of(fixed, direction);
  const std::string rate = to_text(packet_rate(link, direction));
  return trace.empty() ? rate : fmt::format("{} on average ({})", rate, trace.filename().string());
}

std::string describe_medium(const FixedLinkSpec& fixed, const LinkSpec& link) {
  return fmt::format("{} up, {} down, {} duplex", describe_rate(fixed, link, Direction::up),
                     describe_rate(fixed, link, Direction::down),
                     fixed.duplex == Duplex::half ? "half" : "full");
}

std::string describe_medium(const WifiLinkSpec& wifi, const LinkSpec& link) {
  return WifiHop(wifi, segmenting_of(link.tcp)).describe();
}

}  // namespace

std::uint32_t full_packet_bytes(const LinkSpec& link) {
  return link.tcp.mss + static_cast<std::uint32_t>(tcp_ip_header_bytes);
}

BitRate packet_rate(const LinkSpec& link, Direction direction) {
  return std::visit([&](const auto& kind) { return rate_of_packets(kind, link.tcp, direction); },
                    link.bottleneck);
}

Bytes emulated_queue(const LinkSpec& link, Direction direction) {
  const Bytes given = std::visit([](const auto& kind) { return given_queue(kind); }, link.bottleneck);
  if (given.count > 0) {
    return given;
  }
  const double least_bytes =
      std::visit([&](const auto& kind) { return least_queue_bytes(kind, link); }, link.bottleneck);
  const double least_s = 40e-3;
  const double two_trips_s = std::chrono::duration<double>(4 * link.delay).count();
  const double bytes = packet_rate(link, direction).bps / 8.0 * std::max(two_trips_s, least_s);
  return {static_cast<std::uint64_t>(std::llround(std::max(bytes, least_bytes)))};
}

std::unique_ptr<PacketPath> make_packet_path(const LinkSpec& link, std::uint64_t seed, PacketPool& pool,
                                             QueueLimit limit) {
  if (const auto fault = find_link_fault(link)) {
    usage_error("link \"" + link.name + "\": " + fault->key + ": " + fault->message);
  }
  PacketPath::Settings settings;
  std::visit([&](const auto& kind) { set_delays(settings, kind, link.delay); }, link.bottleneck);
  settings.jitter = link.jitter;
  settings.loss = {link.loss_up, link.loss_down};
  settings.seed = seed;
  auto medium =
      std::visit([&](const auto& kind) { return make_medium(kind, link, seed, limit); }, link.bottleneck);
  return std::make_unique<PacketPath>(std::move(medium), settings, pool);
}

std::string describe_emulated(const LinkSpec& link) {
  const std::string medium =
      std::visit([&](const auto& kind) { return describe_medium(kind, link); }, link.bottleneck);
  std::string text = fmt::format("{}, RTT {}", medium, to_text(2 * link.delay));
  if (link.jitter > Nanoseconds::zero()) {
    text += fmt::format(" + jitter up to {} each way", to_text(link.jitter));
  }
  const Bytes up = emulated_queue(link, Direction::up);
  const Bytes down = emulated_queue(link, Direction::down);
  text += up == down ? fmt::format(", queue {}", to_text(up))
                     : fmt::format(", queue {} up, {} down", to_text(up), to_text(down));
  if (link.loss_up.loses() || link.loss_down.loses()) {
    text += link.loss_up == link.loss_down
                ? ", loss " + loss_text(link.loss_up)
                : fmt::format(", loss {} up, {} down", loss_text(link.loss_up), loss_text(link.loss_down));
  }
  return text + " (emulated)";
}

}  // namespace cutlink::netsim
