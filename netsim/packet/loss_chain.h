// Decides packet by packet which are lost.
#pragma once

#include "base/records.h"
#include "base/rng.h"
#include "netsim/spec/loss_spec.h"

namespace cutlink::netsim {

class LossChain {
 public:
  // The stream is keyed by seed and direction: the n-th packet's fate depends on nothing else.
  LossChain(const LossSpec& spec, std::uint64_t seed, Direction direction)
      : spec_(spec),
        rng_({.seed = seed,
              .crossing = static_cast<std::uint32_t>(direction),
              .purpose = RngPurpose::link_loss}) {}

  // Whether the next packet is lost; by the state before it moves, as netem has it.
  [[nodiscard]] bool next_is_lost() {
    if (!spec_.loses()) {
      return false;
    }
    const bool lost = rng_.next_unit_f64() < (bad_ ? spec_.in_bad : spec_.in_good);
    bad_ = rng_.next_unit_f64() < (bad_ ? 1.0 - spec_.to_good : spec_.to_bad);
    return lost;
  }

 private:
  LossSpec spec_;
  Rng rng_;
  bool bad_ = false;
};

}  // namespace cutlink::netsim
