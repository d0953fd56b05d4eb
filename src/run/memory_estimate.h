// What a training step must keep in memory, low rather than high, so that nobody is refused for nothing.
#pragma once

#include <cstdint>

#include "base/records.h"
#include "model/llama/llama_config.h"
#include "run/assets.h"
#include "scenario/scenario.h"

namespace cutlink::run {

// What the backward of `blocks` blocks needs of a micro-batch of `rows` tokens. Throws Error(usage) beyond 64
// bits.
[[nodiscard]] std::uint64_t activation_bytes(const model::LlamaConfig& config, std::size_t blocks,
                                             std::uint64_t rows, DType compute);

// Throws Error(usage) where the first step's largest micro-batch needs more than `most_bytes`, which the
// kernel would answer by ending the program. both_halves: the server half lives on this machine, too.
void check_memory(const Scenario& scenario, const Assets& assets, bool both_halves, std::uint64_t most_bytes);

}  // namespace cutlink::run
