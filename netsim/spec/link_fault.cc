// The limits within which a link can be made.
#include <fmt/format.h>

#include "netsim/spec/link_fields.h"
#include "netsim/tcp/segments.h"
#include "netsim/wifi/phy.h"

namespace cutlink::netsim {
namespace {

constexpr BitRate slowest{1e3};
constexpr BitRate fastest{1e13};
constexpr Nanoseconds longest_delay = std::chrono::minutes{10};
constexpr unsigned max_contenders = 4;  // beyond, ns-3 shows repeated time-outs that no formula here has
constexpr std::uint64_t max_window_bytes = 1ULL << 30;  // RFC 7323, section 2.3
constexpr unsigned min_mss = 88;
constexpr unsigned max_mss_fixed = 65483;  // 65535 less the headers
constexpr unsigned max_mss_wifi = 2244;    // an MSDU holds 2304 bytes: 8 LLC/SNAP and 2296 of IP

std::optional<LinkFault> rate_fault(const char* key, BitRate rate) {
  if (rate < slowest || rate > fastest) {
    return LinkFault{key, rate.bps == 0.0 ? "missing or zero: give a rate from 1kbit/s to 10000Gbit/s"
                                          : to_text(rate) + ": must lie from 1kbit/s to 10000Gbit/s"};
  }
  return std::nullopt;
}

std::optional<LinkFault> delay_fault(Nanoseconds delay, Nanoseconds jitter) {
  if (delay > longest_delay) {
    return LinkFault{"delay", to_text(delay) + ": at most 10min"};
  }
  if (jitter > longest_delay) {
    return LinkFault{"jitter", to_text(jitter) + ": at most 10min"};
  }
  return std::nullopt;
}

std::optional<LinkFault> tcp_fault(const TcpSpec& tcp, unsigned max_mss) {
  if (tcp.mss < min_mss || tcp.mss > max_mss) {
    return LinkFault{"mss", fmt::format("{}: must lie from {} to {}", tcp.mss, min_mss, max_mss)};
  }
  if (tcp.initial_window < 1 || tcp.initial_window > 1000) {
    return LinkFault{"initial_window",
                     fmt::format("{}: must lie from 1 to 1000 segments", tcp.initial_window)};
  }
  const std::uint64_t window = tcp.max_window.count;
  if (window != 0 && (window < 2ULL * tcp.mss || window > max_window_bytes)) {
    return LinkFault{"max_window", fmt::format("{}: must lie from two segments ({}) to 1GiB",
                                               to_text(tcp.max_window), to_exact(Bytes{2ULL * tcp.mss}))};
  }
  return std::nullopt;
}

// A direction has a rate or a trace, never both.
std::optional<LinkFault> rate_or_trace_fault(const char* key, BitRate rate, const std::string& trace) {
  if (trace.empty()) {
    return rate_fault(key, rate);
  }
  if (rate.bps > 0.0) {
    return LinkFault{key, std::string("given beside trace_") + key + ": give one of them"};
  }
  return std::nullopt;
}

// The settings of one kind, and what the kind asks of TCP.
std::optional<LinkFault> kind_fault(const FixedLinkSpec& fixed, const TcpSpec& tcp) {
  if (auto fault = rate_or_trace_fault("up", fixed.up, fixed.trace_up)) {
    return fault;
  }
  if (auto fault = rate_or_trace_fault("down", fixed.down, fixed.trace_down)) {
    return fault;
  }
  if (fixed.duplex == Duplex::half && !(fixed.trace_up.empty() && fixed.trace_down.empty())) {
    return LinkFault{"duplex", "half: a trace is of one direction, so the link must be full duplex"};
  }
  if (auto fault = tcp_fault(tcp, max_mss_fixed)) {
    return fault;
  }
  const std::uint64_t packet = tcp.mss + tcp_ip_header_bytes;
  if (fixed.queue.count != 0 && fixed.queue.count < packet) {
    return LinkFault{
        "queue", fmt::format("{}: must hold a packet of {}", to_text(fixed.queue), to_exact(Bytes{packet}))};
  }
  return std::nullopt;
}

std::optional<LinkFault> kind_fault(const WifiLinkSpec& wifi, const TcpSpec& tcp) {
  if (const auto fault = find_wifi_fault(wifi)) {
    return LinkFault{fault->key, fault->message};
  }
  if (wifi.contenders > max_contenders) {
    return LinkFault{"contenders",
                     fmt::format("{}: the formula holds for at most {}; simulate more with ns-3",
                                 wifi.contenders, max_contenders)};
  }
  return tcp_fault(tcp, max_mss_wifi);
}

}  // namespace

std::optional<LinkFault> find_link_fault(const LinkSpec& link) {
  auto fault = std::visit([&](const auto& kind) { return kind_fault(kind, link.tcp); }, link.bottleneck);
  return fault ? fault : delay_fault(link.delay, link.jitter);
}

}  // namespace cutlink::netsim
