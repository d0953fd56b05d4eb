#include "model/llama/llama_rows.h"

#include <gtest/gtest.h>

#include "model/llama/llama_block.h"
#include "model/llama/llama_fixture.h"

namespace cutlink::model {
namespace {

// 35 columns: two full groups of partial sums and a tail.
TEST(LlamaRows, RmsNormAndItsGradientEqualPlainOperations) {
  at::Tensor x = numbers("x", {21, 35}, 3.0).set_requires_grad(true);
  const at::Tensor weight = numbers("w", {35}, 1.0);
  const at::Tensor dy = numbers("dy", {21, 35}, 1.0);
  const at::Tensor residual = numbers("r", {21, 35}, 1.0);
  const at::Tensor plain = rms_norm_plain(x, weight, 1e-5);
  backward(plain, dy);

  const at::Tensor rows = x.detach();
  const at::Tensor inverse = inverse_rms(rows, 1e-5);
  EXPECT_TRUE(at::allclose(scale_rows(rows, inverse, weight), plain.detach(), 1e-6, 1e-6));
  EXPECT_TRUE(at::allclose(rms_norm_backward(dy, rows, inverse, weight, {}), x.grad(), 1e-5, 1e-6));
  EXPECT_TRUE(
      at::allclose(rms_norm_backward(dy, rows, inverse, weight, residual), x.grad() + residual, 1e-5, 1e-6));
}

TEST(LlamaRows, RmsNormGradientEqualsFiniteDifferences) {
  const at::Tensor x = numbers("x", {2, 6}, 1.0);
  const at::Tensor weight = numbers("w", {6}, 1.0);
  const at::Tensor dy = numbers("dy", {2, 6}, 1.0);
  const at::Tensor dx = rms_norm_backward(dy, x, inverse_rms(x, 1e-5), weight, {});
  const auto value = [&](const at::Tensor& at_x) {  // in double, where differences are exact enough
    const at::Tensor unit = at_x * at::rsqrt(at_x.square().mean(-1, true) + 1e-5);
    return (unit * weight.to(at::kDouble) * dy.to(at::kDouble)).sum().item<double>();
  };
  for (std::int64_t i = 0; i < 12; ++i) {
    at::Tensor step = at::zeros({2, 6}, at::kDouble);
    step.view({12})[i] = 1e-5;
    const at::Tensor wide = x.to(at::kDouble);
    EXPECT_NEAR(dx.view({12})[i].item<double>(), (value(wide + step) - value(wide - step)) / 2e-5, 1e-5);
  }
}

TEST(LlamaRows, Bf16RoundsWhereTransformersDoes) {
  const at::Tensor x = numbers("x", {5, 24}, 3.0).to(at::kBFloat16);
  const at::Tensor weight = numbers("w", {24}, 1.0).to(at::kBFloat16);
  // The sum of squares is added in another order: a bf16 step apart at most, and seldom.
  const at::Tensor ours = scale_rows(x, inverse_rms(x, 1e-5), weight).to(at::kFloat);
  const at::Tensor theirs = rms_norm_plain(x, weight, 1e-5).to(at::kFloat);
  EXPECT_TRUE(at::allclose(ours, theirs, 0.008, 0.0));
  EXPECT_LE((ours != theirs).sum().item<std::int64_t>(), 2);
}

TEST(LlamaRows, RotationTurnsByPositionAndBack) {
  const RopeTable table = RopeTable::of(40, 8, 100.0);
  const std::vector<std::uint32_t> positions = {0, 1, 39};
  const at::Tensor x = numbers("x", {3, 16}, 1.0);
  at::Tensor y = x.clone();
  rotate_heads(y, 8, table, positions, false);
  EXPECT_TRUE(at::equal(y[0], x[0]));
  for (std::int64_t n = 1; n < 3; ++n) {
    for (std::int64_t i = 0; i < 16; ++i) {
      const std::int64_t pair = i % 4;
      const std::int64_t low = i / 8 * 8 + pair;
      const double angle =
          positions[static_cast<std::size_t>(n)] * std::pow(100.0, -2.0 * static_cast<double>(pair) / 8.0);
      const double a = x[n][low].item<double>();
      const double b = x[n][low + 4].item<double>();
      const double expected =
          i % 8 < 4 ? a * std::cos(angle) - b * std::sin(angle) : b * std::cos(angle) + a * std::sin(angle);
      EXPECT_NEAR(y[n][i].item<double>(), expected, 1e-5);
    }
  }
  rotate_heads(y, 8, table, positions, true);
  EXPECT_TRUE(at::allclose(y, x, 0.0, 1e-6));
}

}  // namespace
}  // namespace cutlink::model
