// The yardstick itself: it learns, its loss is the sum over label tokens, micro-batches add up.
// exactness_test.cc compares split runs with it.
#include <gtest/gtest.h>

#include <limits>

#include "base/error_of.h"
#include "train/half_fixture.h"

namespace cutlink::train {
namespace {

TEST(Unsplit, TheFirstStepsLossIsThatOfAnEvaluation) {
  const TrainSpec spec = tiny_spec(SplitSpec::Shape::u, "fp32", "fp32");
  UnsplitModel model(spec, tiny_config(), nullptr);
  const std::vector<Batch> batches = tiny_batches(0, 2);
  const LossResult before = model.evaluate(batches);
  EXPECT_EQ(before.label_tokens, batches[0].label_tokens + batches[1].label_tokens);
  EXPECT_NEAR(before.mean(), std::log(64.0), 0.3) << "an untrained model guesses among 64";
  const StepResult step = model.train_step(0, batches);
  EXPECT_EQ(step.loss.loss_sum, before.loss_sum);
  EXPECT_EQ(step.loss.label_tokens, before.label_tokens);
  EXPECT_NE(model.evaluate(batches).loss_sum, before.loss_sum);
}

TEST(Unsplit, Learns) {
  TrainSpec spec = tiny_spec(SplitSpec::Shape::u, "fp32", "fp32");
  spec.optimizer.clip_norm = 1.0;
  UnsplitModel model(spec, tiny_config(), nullptr);
  const std::vector<Batch> batches = tiny_batches(0, 1);
  const double before = model.evaluate(batches).mean();
  for (std::uint32_t step = 0; step < 25; ++step) {
    static_cast<void>(model.train_step(step, batches));
  }
  EXPECT_LT(model.evaluate(batches).mean(), before - 0.2);
}

TEST(Unsplit, ALossThatIsNoNumberStopsItWithItsWeightsUnchanged) {
  UnsplitModel model(tiny_spec(SplitSpec::Shape::u, "fp32", "fp32"), tiny_config(), nullptr);
  static_cast<void>(model.train_step(0, tiny_batches(0, 1)));
  model.adapters().front().value.detach().fill_(-std::numeric_limits<float>::quiet_NaN());
  const Weights before = weights_of(model);
  const std::string error =
      error_of(ErrorKind::run, [&] { static_cast<void>(model.train_step(1, tiny_batches(1, 1))); });
  EXPECT_NE(error.find("the loss of step 1 is nan"), std::string::npos) << error;
  const Weights after = weights_of(model);
  const std::string& untouched = model.adapters().back().name;
  EXPECT_EQ(after.at(untouched), before.at(untouched));
}

}  // namespace
}  // namespace cutlink::train
