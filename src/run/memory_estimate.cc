#include "run/memory_estimate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/units.h"
#include "model/llama/llama_shapes.h"

namespace cutlink::run {

void check_memory(const scenario::Scenario& scenario, const Assets& assets, bool both_halves,
                  std::uint64_t max_bytes) {
  const train::TrainSpec& spec = scenario.train;
  if (!assets.train_data) {
    return;
  }
  std::size_t rows = 0;
  for (std::uint32_t i = 0; i < spec.accumulation; ++i) {
    rows = std::max(
        rows,
        train::training_batch(*assets.train_data, spec.seed, 0, i, spec.accumulation, spec.batch).rows());
  }
  const std::size_t blocks = both_halves ? assets.config.blocks : spec.split.bottom + spec.split.top;
  const std::uint64_t bytes = model::activation_bytes(assets.config, blocks, rows, spec.compute);
  if (bytes > max_bytes) {
    usage_error(
        fmt::format("train.batch {}: a micro-batch of {} tokens keeps at least {} of activations; this "
                    "machine has {} of memory: lower train.batch (and raise train.accumulation)",
                    spec.batch, rows, cutlink::to_text(Bytes{bytes}), cutlink::to_text(Bytes{max_bytes})));
  }
}

}  // namespace cutlink::run
