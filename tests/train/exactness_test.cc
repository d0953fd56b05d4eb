// The split run against the unsplit model, bit for bit, a few steps of every shape; 50 steps of each are in
// exactness_full_test.cc.
#include <gtest/gtest.h>

#include "train/half_fixture.h"

namespace cutlink::train {
namespace {

using Shape = SplitSpec::Shape;

struct Case {
  const char* name;
  SplitSpec split;
  std::uint32_t accumulation;
  DType compute;
};

constexpr std::uint32_t steps = 4;  // one more than the warm-up

class Exactness : public testing::TestWithParam<Case> {};

TEST_P(Exactness, SplitEqualsUnsplit) {
  const Case& c = GetParam();
  const char* codec = c.compute == DType::f32 ? "fp32" : "bf16";
  TrainSpec spec = tiny_spec(c.split.shape, codec, codec);
  spec.split = c.split;
  spec.accumulation = c.accumulation;
  spec.compute = c.compute;
  SplitRun split(spec);
  UnsplitModel unsplit(spec, tiny_config(), nullptr);
  ASSERT_EQ(weights_of(split), weights_of(unsplit)) << "initial weights";
  const Weights initial = weights_of(unsplit);
  for (std::uint32_t step = 0; step < steps; ++step) {
    const StepResult mine = split.train_step(step);
    const StepResult theirs = unsplit.train_step(step, tiny_batches(step, spec.accumulation));
    ASSERT_EQ(mine.loss.loss_sum, theirs.loss.loss_sum) << "step " << step;
    ASSERT_EQ(mine.loss.label_tokens, theirs.loss.label_tokens);
    ASSERT_EQ(mine.gradient_norm, theirs.gradient_norm) << "step " << step;
    ASSERT_EQ(mine.learning_rate, theirs.learning_rate);
  }
  EXPECT_EQ(weights_of(split), weights_of(unsplit));
  EXPECT_NE(weights_of(split), initial) << "nothing was learnt";
  const std::vector<Batch> held_out = tiny_batches(99, 3);
  const LossResult expected = unsplit.evaluate(held_out);
  EXPECT_EQ(split.client.evaluate(steps, held_out, true, split.channel).loss_sum, expected.loss_sum);
  EXPECT_EQ(split.client.evaluate(steps, held_out, false, split.channel).loss_sum, expected.loss_sum);
}

INSTANTIATE_TEST_SUITE_P(AllShapes, Exactness,
                         testing::Values(Case{"u", {Shape::u, 1, 1}, 1, DType::f32},
                                         Case{"u_twice", {Shape::u, 1, 1}, 2, DType::f32},
                                         Case{"u_no_top", {Shape::u, 1, 0}, 1, DType::f32},
                                         Case{"u_embedding_only", {Shape::u, 0, 1}, 2, DType::f32},
                                         Case{"u_bf16", {Shape::u, 1, 1}, 2, DType::bf16},
                                         Case{"vanilla", {Shape::vanilla, 2, 0}, 1, DType::f32},
                                         Case{"vanilla_twice", {Shape::vanilla, 1, 0}, 2, DType::f32},
                                         Case{
                                             "vanilla_embedding_only", {Shape::vanilla, 0, 0}, 1, DType::f32},
                                         Case{"vanilla_bf16", {Shape::vanilla, 1, 0}, 2, DType::bf16}),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace cutlink::train
