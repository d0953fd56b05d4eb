#include "netsim/packet/fixed_medium.h"

#include <algorithm>

namespace cutlink::netsim {

FixedMedium::FixedMedium(Side up, Side down, Duplex duplex)
    : lanes_{Lane{DropTailQueue(up.queue), std::move(up.clock), {}},
             Lane{DropTailQueue(down.queue), std::move(down.clock), {}}},
      shared_(duplex == Duplex::half) {}

bool FixedMedium::offer(Direction direction, Packet packet, Instant now) {
  return lanes_[static_cast<std::size_t>(direction)].queue.push(packet, now);
}

Instant FixedMedium::start_of(std::size_t lane) {
  const DropTailQueue& queue = lanes_[lane].queue;
  return queue.empty() ? never : std::max(queue.front().arrival, free_at(lane));
}

std::size_t FixedMedium::next_lane() {
  const Instant up = start_of(0);
  const Instant down = start_of(1);
  if (up == down) {  // on a shared medium: both wait for it
    return 1 - last_served_;
  }
  return up < down ? 0 : 1;
}

void FixedMedium::advance(Instant now, std::vector<Departure>& out) {
  for (;;) {
    const std::size_t lane = next_lane();
    const Instant start = start_of(lane);
    if (start == never || start > now) {
      return;
    }
    const Packet packet = lanes_[lane].queue.pop().packet;
    const Instant passed = lanes_[lane].clock->pass(start, packet.bytes);
    free_at(lane) = passed;
    last_served_ = lane;
    out.push_back({static_cast<Direction>(lane), packet, passed});
  }
}

Instant FixedMedium::next_start() { return std::min(start_of(0), start_of(1)); }

}  // namespace cutlink::netsim
