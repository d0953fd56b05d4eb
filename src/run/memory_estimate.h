// What a training step must keep in memory, low rather than high, so that nobody is refused for nothing.
#pragma once

#include <cstdint>

#include "base/records.h"
#include "model/llama/llama_config.h"
#include "run/assets.h"
#include "scenario/scenario.h"

namespace cutlink::run {

// Throws Error(usage) where the first step's largest micro-batch needs more than `max_bytes`, which the
// kernel would answer by ending the program. both_halves: the server half lives on this machine, too.
void check_memory(const scenario::Scenario& scenario, const Assets& assets, bool both_halves,
                  std::uint64_t max_bytes);

}  // namespace cutlink::run
