// Saturated stations that share the medium: G. Bianchi, "Performance analysis of the IEEE 802.11 distributed
// coordination function", JSAC 18(3), 2000, eqs. (7) and (9) to (13), with CWmin 15, CWmax 1023.
#pragma once

#include "netsim/hop.h"

namespace cutlink::netsim {

// The chance that a station transmits in a slot, and that it then collides. stations: those that contend.
struct Contention {
  double transmits = 0.0;  // tau
  double collides = 0.0;   // p
};
[[nodiscard]] Contention solve_contention(unsigned stations);

// Mean time between two successful frames of any station. success, collision: how long each holds the medium.
[[nodiscard]] Micros mean_time_per_success(unsigned stations, Micros success, Micros collision);

}  // namespace cutlink::netsim
