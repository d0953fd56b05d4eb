#include "netsim/emulate/emulation_report.h"

#include <fmt/format.h>

namespace cutlink::netsim {

std::string report_text(const EmulationReport& report) {
  std::string text;
  for (const Direction direction : {Direction::up, Direction::down}) {
    const auto i = static_cast<std::size_t>(direction);
    const PacketCounts& counts = report.forwarder.counts[i];
    text += fmt::format(
        "{:<4}  {} packets, {} through; dropped: {} by the queue, {} by the loss model, {} by the kernel\n",
        name_of(direction), counts.left_packets, to_text(Bytes{counts.left_bytes}), counts.queue_drops,
        counts.losses, report.unread_drops[i] + report.forwarder.device_drops[i]);
  }
  const LatenessSummary& late = report.forwarder.lateness;
  text +=
      fmt::format("late  median {}, p99 {}, max {}; {}; default congestion control {}\n",
                  to_text(late.median), to_text(late.p99), to_text(late.max),
                  report.forwarder.real_time ? "real-time priority"
                                             : "no real-time priority (needs CAP_SYS_NICE or ulimit -r 1)",
                  report.congestion_control);
  return text;
}

}  // namespace cutlink::netsim
