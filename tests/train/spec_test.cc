#include "train/spec.h"

#include <gtest/gtest.h>

namespace cutlink::train {
namespace {

TEST(LearningRate, WarmsUpLinearlyAndFallsAsACosine) {
  OptimizerSpec spec;
  spec.learning_rate = 1.0;
  spec.warmup_steps = 4;
  spec.final_ratio = 0.1;
  constexpr std::uint32_t steps = 15;  // the cosine spans steps 4 … 14
  EXPECT_DOUBLE_EQ(learning_rate_at(spec, 0, steps), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate_at(spec, 3, steps), 0.8);
  EXPECT_DOUBLE_EQ(learning_rate_at(spec, 4, steps), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_at(spec, 9, steps), 0.55);  // half way: the mean of 1 and 0.1
  EXPECT_DOUBLE_EQ(learning_rate_at(spec, 14, steps), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate_at(spec, 20, steps), 0.1);  // beyond the run
}

TEST(LearningRate, ShortRunsStayDefined) {
  OptimizerSpec spec;
  spec.learning_rate = 2.0;
  EXPECT_DOUBLE_EQ(learning_rate_at(spec, 0, 0), 2.0);
  EXPECT_DOUBLE_EQ(learning_rate_at(spec, 0, 1), 2.0);
  spec.warmup_steps = 10;  // longer than the run
  EXPECT_DOUBLE_EQ(learning_rate_at(spec, 4, 5), 2.0 * 5.0 / 11.0);
}

}  // namespace
}  // namespace cutlink::train
