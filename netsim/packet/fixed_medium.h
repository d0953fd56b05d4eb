// A bottleneck of given rates: a wire for each direction, or one shared medium.
#pragma once

#include <array>
#include <memory>

#include "netsim/packet/medium.h"
#include "netsim/packet/rate_clock.h"
#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

class FixedMedium final : public Medium {
 public:
  struct Side {
    Bytes queue;
    std::unique_ptr<RateClock> clock;
  };
  // half: both directions share the medium and take turns, a packet each, while both have some to send.
  FixedMedium(Side up, Side down, Duplex duplex);

  [[nodiscard]] bool offer(Direction direction, Packet packet, Instant now) override;
  void advance(Instant now, std::vector<Departure>& out) override;
  [[nodiscard]] Instant next_start() override;

 private:
  struct Lane {
    DropTailQueue queue;
    std::unique_ptr<RateClock> clock;
    Instant free_at{};  // when the wire can take the next packet; the shared medium's is in lane 0
  };

  [[nodiscard]] Instant& free_at(std::size_t lane) { return lanes_[shared_ ? 0 : lane].free_at; }
  // When the head of the lane's queue may start, others aside.
  [[nodiscard]] Instant start_of(std::size_t lane);
  // The lane whose head starts next.
  [[nodiscard]] std::size_t next_lane();

  std::array<Lane, 2> lanes_;
  bool shared_;
  std::size_t last_served_ = 1;
};

}  // namespace cutlink::netsim
