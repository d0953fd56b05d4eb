#include "train/spec.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cutlink::train {

double learning_rate_at(const OptimizerSpec& spec, std::uint32_t step, std::uint32_t steps) {
  if (step < spec.warmup_steps) {
    // The first step already learns; the full rate comes at step warmup_steps, where the cosine begins.
    return spec.learning_rate * (step + 1.0) / (spec.warmup_steps + 1.0);
  }
  const std::uint32_t last = steps == 0 ? 0 : steps - 1;
  if (last <= spec.warmup_steps) {
    return spec.learning_rate;
  }
  const double progress =
      std::min(1.0, static_cast<double>(step - spec.warmup_steps) / (last - spec.warmup_steps));
  const double cosine = 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
  return spec.learning_rate * (spec.final_ratio + (1.0 - spec.final_ratio) * cosine);
}

}  // namespace cutlink::train
