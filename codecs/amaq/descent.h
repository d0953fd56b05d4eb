// The reference that the mean width follows: linear from start to target over `steps` steps, then held.
#pragma once

#include <cstdint>

namespace cutlink::codecs::amaq {

struct Descent {
  double start = 7.0;       // bits
  double target = 4.0;      // bits, <= start
  std::uint32_t steps = 1;  // T >= 1: the reference is `target` from step T on

  // Reference of step `step` (0-based), in bits.
  [[nodiscard]] double reference(std::uint32_t step) const {
    return step >= steps ? target : start + (target - start) * static_cast<double>(step) / steps;
  }
};

}  // namespace cutlink::codecs::amaq
