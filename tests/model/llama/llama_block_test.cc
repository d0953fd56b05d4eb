// The fused halves of a block against the same by plain autograd operations, values and every gradient.
#include "model/llama/llama_block.h"

#include <gtest/gtest.h>

#include "model/llama/llama_fixture.h"
#include "model/llama/llama_weights.h"

namespace cutlink::model {
namespace {

struct Case {
  std::string name;
  std::size_t heads = 0, kv_heads = 0;
  std::vector<std::string> targets;
  bool want_x = true;
};

class FusedBlock : public testing::TestWithParam<Case> {};

double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

TEST_P(FusedBlock, EqualsPlainOperations) {
  LlamaConfig config = small_config();
  config.heads = GetParam().heads;
  config.kv_heads = GetParam().kv_heads;
  const LoraSpec lora{.r = 3, .alpha = 4.5, .targets = GetParam().targets};
  std::vector<NamedParameter> parameters;
  const Block block =
      WeightSource(config, nullptr, DType::f32, Training::adapters, lora, 3).block(0, parameters);
  stir(parameters);
  block.attention.norm.copy_(numbers("norm", {20}, 1.0));
  block.mlp.norm.copy_(numbers("norm2", {20}, 1.0));

  const RowLayout layout = RowLayout::of(lengths());
  const auto passage = std::make_shared<const Passage>(
      Passage{{static_cast<std::int64_t>(config.heads), static_cast<std::int64_t>(config.kv_heads), 8, 1e-5},
              layout.lengths,
              layout.positions,
              RopeTable::of(12, 8, 10000.0)});
  at::Tensor x = numbers("x", {25, 20}, 2.0).set_requires_grad(GetParam().want_x);
  const at::Tensor dy = numbers("dy", {25, 20}, 1.0);

  const at::Tensor plain = block_plain(x, block, *passage);
  std::vector<at::Tensor> expected;
  at::Tensor dx;
  if (plain.requires_grad()) {
    backward(plain, dy);
    expected = take_gradients(parameters);
    dx = x.grad();
    x.mutable_grad().reset();
  }

  const at::Tensor fused = mlp_fused(attention_fused(x, block.attention, passage), block.mlp, 1e-5);
  EXPECT_LT(relative_difference(fused, plain), 1e-6);
  ASSERT_EQ(fused.requires_grad(), plain.requires_grad());
  if (!fused.requires_grad()) {
    return;
  }
  backward(fused, dy);
  const std::vector<at::Tensor> gradients = take_gradients(parameters);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    EXPECT_LT(relative_difference(gradients[i], expected[i]), 1e-5) << parameters[i].name;
  }
  if (GetParam().want_x) {
    EXPECT_LT(relative_difference(x.grad(), dx), 1e-5);
  }
}

const std::vector<std::string> all = LoraSpec{}.targets;

INSTANTIATE_TEST_SUITE_P(Shapes, FusedBlock,
                         testing::Values(Case{"AllGrouped", 6, 2, all}, Case{"OwnKeys", 3, 3, all},
                                         Case{"OneKeyHead", 4, 1, all}, Case{"FirstBlock", 6, 2, all, false},
                                         Case{"SomeOfAGroup", 6, 2, {"v_proj", "q_proj", "up_proj"}},
                                         Case{"OnlyDown", 6, 2, {"down_proj"}, false},
                                         Case{"NoAdapters", 6, 2, {}},
                                         Case{"NothingTrains", 6, 2, {}, false}),
                         [](const auto& c) { return c.param.name; });

TEST(FusedBlock, NoticesAdaptersThatChangedBeforeTheGradient) {
  const LlamaConfig config = small_config();
  std::vector<NamedParameter> parameters;
  const Block block =
      WeightSource(config, nullptr, DType::f32, Training::adapters, {.r = 2}, 3).block(0, parameters);
  const at::Tensor y = mlp_fused(numbers("x", {4, 20}, 1.0), block.mlp, 1e-5);
  parameters.front().value.detach().add_(1.0);
  EXPECT_THROW(backward(y, at::ones({4, 20})), c10::Error);
}

}  // namespace
}  // namespace cutlink::model
