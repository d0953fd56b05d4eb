// The bit-exactness that the project promises: 50 steps, split against unsplit, losses and final weights.
#include <gtest/gtest.h>

#include <tuple>

#include "train/half_fixture.h"

namespace cutlink::train {
namespace {

using Shape = SplitSpec::Shape;

class FiftySteps : public testing::TestWithParam<std::tuple<Shape, std::uint32_t, DType>> {};

TEST_P(FiftySteps, SplitEqualsUnsplit) {
  const auto [shape, accumulation, compute] = GetParam();
  const char* codec = compute == DType::f32 ? "fp32" : "bf16";
  TrainSpec spec = tiny_spec(shape, codec, codec);
  spec.accumulation = accumulation;
  spec.compute = compute;
  SplitRun split(spec);
  UnsplitModel unsplit(spec, tiny_config(), nullptr);
  for (std::uint32_t step = 0; step < 50; ++step) {
    const StepResult mine = split.train_step(step);
    const StepResult theirs = unsplit.train_step(step, tiny_batches(step, accumulation));
    ASSERT_EQ(mine.loss.loss_sum, theirs.loss.loss_sum) << "step " << step;
    ASSERT_EQ(mine.gradient_norm, theirs.gradient_norm) << "step " << step;
  }
  EXPECT_EQ(weights_of(split), weights_of(unsplit));
}

INSTANTIATE_TEST_SUITE_P(All, FiftySteps,
                         testing::Combine(testing::Values(Shape::u, Shape::vanilla), testing::Values(1U, 2U),
                                          testing::Values(DType::f32, DType::bf16)));

}  // namespace
}  // namespace cutlink::train
