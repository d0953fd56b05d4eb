#include "run/memory_estimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error_of.h"
#include "model/llama/llama_shapes.h"
#include "scenario/toy_folder.h"

namespace cutlink::run {
namespace {

using testing::HasSubstr;

TEST(MemoryEstimate, CountsWhatABlockKeeps) {
  model::LlamaConfig config;
  config.hidden = 64;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 16;
  config.intermediate = 96;
  // Input 64, q 64, k and v 32 each, attention's output 64, and twice 96 with another 64: 512 columns.
  EXPECT_EQ(model::activation_bytes(config, 3, 10, DType::f32), 3U * 10U * 512U * 4U);
  EXPECT_EQ(model::activation_bytes(config, 3, 10, DType::bf16), 3U * 10U * 512U * 2U);
  EXPECT_THAT(error_of(ErrorKind::usage,
                       [&] {
                         static_cast<void>(model::activation_bytes(
                             config, 3, std::numeric_limits<std::uint64_t>::max(), DType::f32));
                       }),
              HasSubstr("activations"));
}

TEST(MemoryEstimate, ARunThatDoesNotFitIsRefused) {
  const scenario::ToyFolder toy;
  const scenario::Scenario scenario = toy.scenario({"train.batch=4", "train.accumulation=2"});
  const Assets assets = load_assets(scenario);
  const train::TrainSpec& spec = scenario.train;
  std::size_t rows = 0;
  for (const train::Batch& batch : train::training_batches(*assets.train_data, spec, 0)) {
    rows = std::max(rows, batch.rows());
  }
  const std::uint64_t both = model::activation_bytes(assets.config, assets.config.blocks, rows, spec.compute);
  const std::uint64_t client =
      model::activation_bytes(assets.config, spec.split.bottom + spec.split.top, rows, spec.compute);
  ASSERT_LT(client, both);
  EXPECT_NO_THROW(check_memory(scenario, assets, true, both));
  EXPECT_NO_THROW(check_memory(scenario, assets, false, client));
  for (const bool both_halves : {true, false}) {
    EXPECT_THAT(
        error_of(ErrorKind::usage,
                 [&] { check_memory(scenario, assets, both_halves, (both_halves ? both : client) - 1); }),
        testing::AllOf(HasSubstr("train.batch 4: a micro-batch of " + std::to_string(rows) + " tokens"),
                       HasSubstr("lower train.batch")));
  }
  const scenario::Scenario evaluates = toy.scenario({"train.steps=0"});
  EXPECT_NO_THROW(check_memory(evaluates, load_assets(evaluates), true, 0));
}

}  // namespace
}  // namespace cutlink::run
