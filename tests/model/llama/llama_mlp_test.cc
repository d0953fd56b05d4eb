// The fused MLP half against its formula in plain numbers; its gradients are checked in llama_block_test.cc.
#include <gtest/gtest.h>

#include <cmath>

#include "model/llama/llama_block.h"
#include "model/llama/llama_fixture.h"
#include "model/llama/llama_weights.h"

namespace cutlink::model {
namespace {

TEST(LlamaMlp, IsTheGatedFormula) {
  // H = intermediate = 1: y = x + d·silu(g·n)·(u·n), n = w·x/√(x² + ε).
  LlamaConfig config = small_config();
  config.hidden = config.intermediate = 1;
  std::vector<NamedParameter> none;
  const LoraSpec lora;
  Block block = WeightSource(config, nullptr, DType::f32, Training::none, lora, 3).block(0, none);
  const double w = 1.5, g = 0.8, u = -0.6, d = 2.0, epsilon = 0.25, x = 0.7;
  block.mlp.norm.fill_(w);
  block.mlp.gate().weight.fill_(g);
  block.mlp.up().weight.fill_(u);
  block.mlp.down().weight.fill_(d);
  const double n = w * x / std::sqrt(x * x + epsilon);
  const double silu = g * n / (1.0 + std::exp(-g * n));
  EXPECT_NEAR(mlp_fused(at::full({1, 1}, x), block.mlp, epsilon).item<float>(), x + d * silu * u * n, 1e-6);
}

TEST(LlamaMlp, EveryRowIsByItself) {
  const LlamaConfig config = small_config();
  std::vector<NamedParameter> none;
  const LoraSpec lora;
  const Block block = WeightSource(config, nullptr, DType::f32, Training::none, lora, 3).block(0, none);
  const at::Tensor x = numbers("x", {5, 20}, 2.0);
  at::Tensor other = x.clone();
  other[2].zero_();
  const at::Tensor y = mlp_fused(x, block.mlp, 1e-5), z = mlp_fused(other, block.mlp, 1e-5);
  for (const std::int64_t row : {0, 1, 3, 4}) {
    EXPECT_TRUE(at::equal(y[row], z[row])) << row;
  }
  EXPECT_EQ(z[2].abs().max().item<float>(), 0.0F) << "a zero row stays zero";
}

}  // namespace
}  // namespace cutlink::model
