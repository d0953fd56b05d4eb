#include "netsim/shape/shaped_report.h"

#include <fmt/format.h>

namespace cutlink::netsim {

std::string report_text(const ShapedReport& report) {
  std::string text;
  for (const Direction direction : {Direction::up, Direction::down}) {
    const PacketCounts& counts = report.counts[static_cast<std::size_t>(direction)];
    text += fmt::format("{:<4}  {} packets as TCP would have them, {}, headers and ACKs included\n",
                        name_of(direction), counts.left_packets, to_text(Bytes{counts.left_bytes}));
  }
  const LatenessSummary& late = report.lateness;
  return text + fmt::format("late  median {}, p99 {}, max {}; {}; shaped on loopback, connections: {}\n",
                            to_text(late.median), to_text(late.p99), to_text(late.max),
                            report.real_time ? "real-time priority" : "no real-time priority",
                            report.connections);
}

}  // namespace cutlink::netsim
