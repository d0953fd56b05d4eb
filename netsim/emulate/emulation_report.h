// What an emulated link did, and how exactly.
#pragma once

#include <array>
#include <string>

#include "netsim/emulate/forwarder.h"

namespace cutlink::netsim {

// So far. The emulator's own faults are the lateness and the kernel's drops.
struct EmulationReport {
  std::string link;  // describe_emulated()
  ForwarderReport forwarder;
  std::array<std::uint64_t, 2>
      unread_drops{};              // packets that the kernel dropped before they were read; [0] up
  std::string congestion_control;  // of connections that ask for none
};

// Three lines for people; the link is not in them.
[[nodiscard]] std::string report_text(const EmulationReport& report);

}  // namespace cutlink::netsim
