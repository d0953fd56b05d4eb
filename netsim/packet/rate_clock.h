// How fast a bottleneck is: when bytes that start now have passed.
#pragma once

#include <cstdint>

#include "netsim/link.h"

namespace cutlink::netsim {

class RateClock {
 public:
  virtual ~RateClock() = default;
  // When `bytes` that start at `start` have passed. Calls come in order: no start before the result of the call
  // before.
  virtual Instant pass(Instant start, std::uint32_t bytes) = 0;
};

class ConstantRate final : public RateClock {
 public:
  explicit ConstantRate(BitRate rate) : ns_per_byte_(8e9 / rate.bps) {}

  Instant pass(Instant start, std::uint32_t bytes) override {
    // The part of a nanosecond that is left goes to the next packet: at 10 Gbit/s it would be 0.04 % of the
    // rate.
    const double exact = static_cast<double>(bytes) * ns_per_byte_ + carry_;
    const auto whole = static_cast<std::int64_t>(exact);
    carry_ = exact - static_cast<double>(whole);
    return start + Instant{whole};
  }

 private:
  double ns_per_byte_;
  double carry_ = 0.0;
};

}  // namespace cutlink::netsim
