// The plain way through a block, which is the yardstick of the fused one, against numbers by hand.
// transformers judges the whole model in llama_full_test.cc.
#include <gtest/gtest.h>

#include "model/llama/llama_block.h"
#include "model/llama/llama_fixture.h"
#include "model/llama/llama_weights.h"

namespace cutlink::model {
namespace {

TEST(LlamaBlockPlain, RmsNormIsTheWeightTimesTheUnitRow) {
  // mean square of (3, 4, 0, 0) = 25/4, of (2, 2, 2, 2) = 4
  const at::Tensor x = at::tensor({3.0F, 4.0F, 0.0F, 0.0F, 2.0F, 2.0F, 2.0F, 2.0F}).view({2, 4});
  const at::Tensor weight = at::tensor({1.0F, 2.0F, 3.0F, -1.0F});
  const at::Tensor expected = at::tensor({1.2F, 3.2F, 0.0F, 0.0F, 1.0F, 2.0F, 3.0F, -1.0F}).view({2, 4});
  EXPECT_LT((rms_norm_plain(x, weight, 0.0) - expected).abs().max().item<float>(), 1e-6F);
  EXPECT_LT(
      (rms_norm_plain(x, weight, 6.0)[1] * std::sqrt(10.0 / 4.0) - expected[1]).abs().max().item<float>(),
      1e-6F);
}

TEST(LlamaBlockPlain, AloneATokenAttendsToItself) {
  // A sequence of one: softmax over one score is 1, rotation cancels, so attention is out(v(norm(x))).
  LlamaConfig config = small_config();
  config.heads = config.kv_heads = 3;
  std::vector<NamedParameter> none;
  const LoraSpec lora;
  Block block = WeightSource(config, nullptr, DType::f32, Training::none, lora, 3).block(0, none);
  const at::Tensor x = numbers("x", {2, 20}, 2.0);
  const Passage passage{{3, 3, 8, 1e-5}, {1, 1}, {0, 0}, RopeTable::of(12, 8, 10000.0)};
  const auto times = [](const at::Tensor& rows, const at::Tensor& weight) {
    return at::matmul(rows, weight.t());
  };
  const at::Tensor v = times(rms_norm_plain(x, block.attention.norm, 1e-5), block.attention.v().weight);
  const at::Tensor y = x + times(v, block.attention.o().weight);
  const at::Tensor n = rms_norm_plain(y, block.mlp.norm, 1e-5);
  const at::Tensor gate = times(n, block.mlp.gate().weight);
  const at::Tensor expected =
      y + times(gate * at::sigmoid(gate) * times(n, block.mlp.up().weight), block.mlp.down().weight);
  EXPECT_LT((block_plain(x, block, passage) - expected).abs().max().item<float>(), 1e-5F);
  EXPECT_GT((expected - x).abs().max().item<float>(), 1e-4F) << "the block does something";
}

}  // namespace
}  // namespace cutlink::model
