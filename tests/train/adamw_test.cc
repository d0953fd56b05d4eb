#include "train/adamw.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace cutlink::train {
namespace {

model::NamedParameter parameter(const std::string& name, const std::vector<float>& values) {
  at::Tensor value = at::empty({static_cast<std::int64_t>(values.size())}, at::kFloat);
  std::ranges::copy(values, value.mutable_data_ptr<float>());
  value.set_requires_grad(true);
  return {name, value};
}

void set_gradient(model::NamedParameter& p, const std::vector<float>& values) {
  at::Tensor gradient = at::empty({static_cast<std::int64_t>(values.size())}, at::kFloat);
  std::ranges::copy(values, gradient.mutable_data_ptr<float>());
  p.value.mutable_grad() = gradient;
}

// The textbook recursion in double, clipping as torch.nn.utils.clip_grad_norm_ does it.
struct Reference {
  double value, m = 0.0, v = 0.0;
  int t = 0;
  void step(const OptimizerSpec& s, double lr, double gradient, double norm) {
    const double g = gradient * std::min(1.0, s.clip_norm / (norm + 1e-6));
    ++t;
    value *= 1.0 - lr * s.weight_decay;
    m = s.beta1 * m + (1.0 - s.beta1) * g;
    v = s.beta2 * v + (1.0 - s.beta2) * g * g;
    const double m_hat = m / (1.0 - std::pow(s.beta1, t));
    const double v_hat = v / (1.0 - std::pow(s.beta2, t));
    value -= lr * m_hat / (std::sqrt(v_hat) + s.epsilon);
  }
};

TEST(AdamW, FollowsTheRecursionWithOneNormOverAllParameters) {
  OptimizerSpec spec;
  spec.weight_decay = 0.1;
  spec.clip_norm = 1.0;
  std::vector<model::NamedParameter> parameters = {parameter("a", {1.0F, -2.0F}), parameter("b", {0.5F})};
  AdamW optimizer(parameters, spec);
  std::array<Reference, 3> expected = {Reference{1.0}, Reference{-2.0}, Reference{0.5}};
  // The first gradients are clipped (norm 3.08 …), later ones not.
  const std::array<std::array<double, 3>, 3> gradients = {
      {{3.0, 0.5, -0.5}, {0.1, 0.2, -0.3}, {0.0, -0.4, 0.6}}};
  for (std::size_t t = 0; t < gradients.size(); ++t) {
    const auto& g = gradients[t];
    set_gradient(parameters[0], {static_cast<float>(g[0]), static_cast<float>(g[1])});
    set_gradient(parameters[1], {static_cast<float>(g[2])});
    const double norm = std::sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]);
    const double rate = 0.01 * static_cast<double>(t + 1);
    EXPECT_NEAR(optimizer.step(rate), norm, 1e-6);
    EXPECT_FALSE(parameters[0].value.grad().defined());
    for (std::size_t i = 0; i < 3; ++i) {
      expected[i].step(spec, rate, g[i], norm);
    }
    EXPECT_NEAR(parameters[0].value[0].item<float>(), expected[0].value, 1e-6) << "step " << t;
    EXPECT_NEAR(parameters[0].value[1].item<float>(), expected[1].value, 1e-6) << "step " << t;
    EXPECT_NEAR(parameters[1].value[0].item<float>(), expected[2].value, 1e-6) << "step " << t;
  }
}

TEST(AdamW, LeavesAParameterWithoutGradientAlone) {
  OptimizerSpec spec;
  spec.weight_decay = 0.5;
  std::vector<model::NamedParameter> parameters = {parameter("a", {1.0F}), parameter("b", {1.0F})};
  AdamW optimizer(parameters, spec);
  set_gradient(parameters[0], {1.0F});
  static_cast<void>(optimizer.step(0.1));
  EXPECT_LT(parameters[0].value[0].item<float>(), 0.9F);
  EXPECT_EQ(parameters[1].value[0].item<float>(), 1.0F);
}

TEST(AdamW, RefusesANormThatIsNotFinite) {
  std::vector<model::NamedParameter> parameters = {parameter("a", {1.0F, 2.0F})};
  AdamW optimizer(parameters, {});
  set_gradient(parameters[0], {1.0F, std::numeric_limits<float>::infinity()});
  EXPECT_THROW(static_cast<void>(optimizer.step(0.1)), Error);
  EXPECT_EQ(parameters[0].value[0].item<float>(), 1.0F);
  EXPECT_FALSE(parameters[0].value.grad().defined());
}

TEST(AdamW, StateComesBackOnlyWhereItFits) {
  std::vector<model::NamedParameter> first = {parameter("a", {1.0F, 2.0F})};
  AdamW optimizer(first, {});
  set_gradient(first[0], {1.0F, -1.0F});
  static_cast<void>(optimizer.step(0.1));
  ByteVector bytes;
  ByteWriter writer(bytes);
  optimizer.save(writer);

  std::vector<model::NamedParameter> second = {parameter("a", {0.0F, 0.0F})};
  AdamW restored(second, {});
  ByteReader reader(bytes, "state");
  restored.restore(reader);
  reader.expect_end();
  set_gradient(first[0], {0.5F, 0.5F});
  set_gradient(second[0], {0.5F, 0.5F});
  static_cast<void>(optimizer.step(0.1));
  static_cast<void>(restored.step(0.1));
  EXPECT_TRUE(at::equal(first[0].value, second[0].value));

  for (const auto& other : {parameter("b", {0.0F, 0.0F}), parameter("a", {0.0F})}) {
    AdamW wrong({other}, {});
    ByteReader again(bytes, "state");
    EXPECT_THROW(wrong.restore(again), Error);
  }
}

}  // namespace
}  // namespace cutlink::train
