#include "model/llama/llama_loss.h"

#include <gtest/gtest.h>

#include "model/llama/llama_fixture.h"

namespace cutlink::model {
namespace {

LabelRows every_other(std::int64_t rows, std::int64_t vocabulary) {
  LabelRows labelled;
  for (std::int64_t n = 1; n < rows; n += 2) {
    labelled.rows.push_back(n);
    labelled.labels.push_back((n * 31) % vocabulary);
  }
  return labelled;
}

// More rows than fit one chunk.
TEST(LlamaLoss, FusedEqualsPlain) {
  const HeadWeights weights{numbers("norm", {12}, 1.0), numbers("head", {91, 12}, 0.3), 1e-5};
  const LabelRows labelled = every_other(601, 91);
  at::Tensor x = numbers("x", {601, 12}, 3.0).set_requires_grad(true);
  const at::Tensor plain = loss_plain(x, labelled, weights);
  backward(plain * 0.25);
  const at::Tensor expected = x.grad().clone();
  x.mutable_grad().reset();
  const at::Tensor fused = loss_fused(x, labelled, weights);
  EXPECT_NEAR(fused.item<float>(), plain.item<float>(), 1e-6F * plain.item<float>());
  backward(fused * 0.25);
  EXPECT_LT(((x.grad() - expected).norm() / expected.norm()).item<float>(), 1e-6F);
}

TEST(LlamaLoss, Bf16StaysNearFp32) {
  const HeadWeights weights{numbers("norm", {12}, 1.0), numbers("head", {91, 12}, 0.3), 1e-5};
  const HeadWeights rounded{weights.norm.to(at::kBFloat16), weights.head.to(at::kBFloat16), 1e-5};
  const LabelRows labelled = every_other(301, 91);
  const at::Tensor x = numbers("x", {301, 12}, 3.0).set_requires_grad(true);
  const at::Tensor wide = loss_fused(x, labelled, weights);
  backward(wide);
  const at::Tensor y = x.detach().to(at::kBFloat16).set_requires_grad(true);
  const at::Tensor narrow = loss_fused(y, labelled, rounded);
  backward(narrow);
  EXPECT_NEAR(narrow.item<float>() / wide.item<float>(), 1.0F, 5e-3F);
  EXPECT_EQ(y.grad().scalar_type(), at::kBFloat16);
  EXPECT_LT(((y.grad() - x.grad()).norm() / x.grad().norm()).item<float>(), 0.03F);
}

TEST(LlamaLoss, AnUnlikelyLabelStaysFinite) {
  const HeadWeights weights{at::ones({2}), at::tensor({100.0F, 100.0F, -100.0F, -100.0F}).view({2, 2}), 1e-5};
  const at::Tensor x = at::ones({1, 2}).set_requires_grad(true);
  const at::Tensor loss = loss_fused(x, {{0}, {1}}, weights);
  EXPECT_NEAR(loss.item<float>(), 400.0F, 0.01F);
}

TEST(LlamaLoss, NoLabelledRowIsZeroWithZeroGradient) {
  const HeadWeights weights{at::ones({4}), numbers("head", {9, 4}, 0.3), 1e-5};
  const at::Tensor x = numbers("x", {5, 4}, 1.0).set_requires_grad(true);
  const at::Tensor loss = loss_fused(x, {}, weights);
  EXPECT_EQ(loss.item<float>(), 0.0F);
  backward(loss);
  EXPECT_EQ(x.grad().abs().max().item<float>(), 0.0F);
}

}  // namespace
}  // namespace cutlink::model
