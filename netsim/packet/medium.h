// What packets wait for: the bottleneck as a state machine in virtual time.
//
// Virtual time is why the emulator's rate is exact: a packet's departure follows from arrivals and earlier
// departures alone, so a timer that fires late delays one packet and never the ones behind it.
#pragma once

#include <vector>

#include "base/records.h"
#include "netsim/packet/drop_tail_queue.h"

namespace cutlink::netsim {

inline constexpr Instant never = Instant::max();

struct Departure {
  Direction direction = Direction::up;
  Packet packet;
  Instant at{};  // its last bit has passed; may lie in the future
};

class Medium {
 public:
  virtual ~Medium() = default;

  // A packet reaches the queue. Returns false if the queue is full. The caller calls advance(now) first, and
  // never goes back in time.
  [[nodiscard]] virtual bool offer(Direction direction, Packet packet, Instant now) = 0;
  // Serves all that starts until `now` and appends it to `out`, in order within a direction. May be called
  // late or rarely: the outcome is the same.
  virtual void advance(Instant now, std::vector<Departure>& out) = 0;
  // When the next service starts if nothing else arrives; `never` if nothing waits.
  [[nodiscard]] virtual Instant next_start() = 0;
};

}  // namespace cutlink::netsim
