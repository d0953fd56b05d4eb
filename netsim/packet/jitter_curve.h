// Delay that wanders: what jitter adds at each moment.
//
// Drawing anew for each packet and keeping them in order would hold bulk traffic at the largest value. So the
// extra delay is a curve: uniform draws in [0, jitter], one each period, joined by straight lines. A period
// is at least twice the jitter, so the curve never falls as fast as time runs: order is kept without further
// rules.
#pragma once

#include <algorithm>

#include "base/records.h"
#include "base/rng.h"
#include "netsim/link.h"

namespace cutlink::netsim {

class JitterCurve {
 public:
  JitterCurve(Nanoseconds jitter, std::uint64_t seed, Direction direction)
      : jitter_(jitter),
        period_(std::max<Nanoseconds>(2 * jitter, std::chrono::milliseconds{10})),
        rng_({.seed = seed,
              .crossing = static_cast<std::uint32_t>(direction),
              .purpose = RngPurpose::link_jitter}) {}

  // time: not negative.
  [[nodiscard]] Nanoseconds at(Instant time) const {
    if (jitter_ == Nanoseconds::zero()) {
      return {};
    }
    const auto index = static_cast<std::uint64_t>(time / period_);
    const double along = static_cast<double>((time % period_).count()) / static_cast<double>(period_.count());
    const double share = draw(index) * (1.0 - along) + draw(index + 1) * along;
    return Nanoseconds{static_cast<std::int64_t>(share * static_cast<double>(jitter_.count()))};
  }

 private:
  [[nodiscard]] double draw(std::uint64_t index) const {
    return static_cast<double>(rng_.block(index)[0]) * 0x1p-32;
  }

  Nanoseconds jitter_;
  Nanoseconds period_;
  Rng rng_;
};

}  // namespace cutlink::netsim
