// where=all: quantisers between the blocks of a half, straight-through, in evaluation too.
#include "train/inner_quantisers.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "codecs/registry.h"
#include "train/half_fixture.h"

namespace cutlink::train {
namespace {

using Shape = SplitSpec::Shape;

constexpr const char* everywhere = "amaq:start=4,target=2.5,steps=6,where=all";
constexpr const char* cuts_only = "amaq:start=4,target=2.5,steps=6";

codecs::CodecContext context() {
  return {.crossing = Crossing::act_up, .channels = 8, .max_positions = 12, .seed = 1, .total_steps = 20};
}

TEST(InnerQuantisers, AreEmptyWhereTheCodecStaysAtTheCutsOrARangeHasOneBlock) {
  Observer observer;
  const model::Part three = {.bottom_begin = 1, .bottom_end = 4, .top_begin = 4, .top_end = 4};
  const model::Part ones = {.bottom_begin = 0, .bottom_end = 1, .top_begin = 3, .top_end = 4};
  const auto at_cuts = codecs::make_codec(cuts_only);
  const auto all = codecs::make_codec(everywhere);
  EXPECT_TRUE(InnerQuantisers(*at_cuts, context(), Half::server, three, observer).empty());
  EXPECT_TRUE(InnerQuantisers(*all, context(), Half::client, ones, observer).empty());
  EXPECT_FALSE(InnerQuantisers(*all, context(), Half::server, three, observer).empty());
}

TEST(InnerQuantisers, PassTheGradientOnUnchangedAndSkipTheFirstBlock) {
  Observer observer;
  const model::Part part = {.bottom_begin = 1, .bottom_end = 4, .top_begin = 4, .top_end = 4};
  const auto codec = codecs::make_codec(everywhere);
  InnerQuantisers inner(*codec, context(), Half::server, part, observer);
  MicroBatch batch;
  batch.layout = model::RowLayout::of(std::vector<std::uint32_t>{6, 4});
  const model::BlockHook hook = inner.hook(1, batch);
  const at::Tensor x = (at::arange(80, at::kFloat).reshape({10, 8}).sin() * 3).requires_grad_(true);
  EXPECT_TRUE(hook(1, x).is_same(x));
  const at::Tensor x_hat = hook(2, x);
  EXPECT_FALSE(at::equal(x_hat, x));
  EXPECT_LT((x_hat - x).abs().max().item<float>(), 0.4F);  // half a step of 4 bits over a range of 6
  const at::Tensor weight = at::arange(80, at::kFloat).reshape({10, 8}).cos();
  (x_hat * weight).sum().backward();
  EXPECT_TRUE(at::equal(x.grad(), weight));
}

TEST(InnerQuantisers, ActInTrainingAndInEvaluationWithCodecs) {
  TrainSpec spec = tiny_spec(Shape::u, everywhere, "bf16");
  TrainSpec at_cuts = tiny_spec(Shape::u, cuts_only, "bf16");
  SplitRun inside(spec);
  SplitRun outside(at_cuts);
  // At first both quantise the cuts alike; what differs is between the server's two blocks.
  const std::vector<Batch> held_out = tiny_batches(9, 1);
  EXPECT_NE(inside.client.evaluate(0, held_out, true, inside.channel).loss_sum,
            outside.client.evaluate(0, held_out, true, outside.channel).loss_sum);
  EXPECT_EQ(inside.client.evaluate(0, held_out, false, inside.channel).loss_sum,
            outside.client.evaluate(0, held_out, false, outside.channel).loss_sum);
  EXPECT_NE(inside.train_step(0).loss.loss_sum, outside.train_step(0).loss.loss_sum);
}

}  // namespace
}  // namespace cutlink::train
