// What a shaped link did, and how exactly.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "netsim/emulate/lateness.h"
#include "netsim/packet/packet_path.h"

namespace cutlink::netsim {

struct ShapedReport {
  std::array<PacketCounts, 2> counts{};  // of virtual packets, ACKs among them; [0] up, [1] down
  LatenessSummary lateness;              // of segments
  std::uint64_t connections = 0;         // accepted so far
  bool real_time = false;                // the thread has a real-time priority
};

// Three lines for people.
[[nodiscard]] std::string report_text(const ShapedReport& report);

}  // namespace cutlink::netsim
