// One message through a window that may be smaller than the pipe: rounds that wait for ACKs, then the rest.
#pragma once

#include <cstdint>

#include "netsim/hop.h"

namespace cutlink::netsim {

struct Rounds {
  Micros waited{};                   // until the last flight starts
  std::uint64_t rest = 0;            // payload of the last flight
  std::uint64_t window_after = 0;    // segments
  std::uint64_t modelled_bytes = 0;  // of all flights
};

struct RoundsInput {
  const Hop& hop;
  Direction direction = Direction::up;
  std::uint64_t payload = 0;  // of the message, > 0
  std::uint64_t mss = 1448;
  std::uint64_t window = 10;  // segments, to start with
  std::uint64_t cap = 1035;   // segments, >= window
  Micros round_trip{};        // RTT': bare round trip and the first burst's share of the hop
};

// while (sent + w < n && tx(w) < RTT') { t += RTT'; sent += w; w *= 2; }, with w held at the cap.
[[nodiscard]] Rounds play_rounds(const RoundsInput& in);

}  // namespace cutlink::netsim
