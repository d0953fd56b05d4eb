#include "model/llama/lora_projections.h"

#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include "model/llama/llama_fixture.h"

namespace cutlink::model {
namespace {

constexpr std::int64_t rank = 3;

// Two projections of 7 → 5 and 7 → 4; adapters on those named.
Projections group_of(bool first, bool second, at::ScalarType type) {
  Projections group;
  group.scale = 1.5;
  std::int64_t at = 0;
  if (first || second) {
    group.stacked_a = numbers("a", {(first ? rank : 0) + (second ? rank : 0), 7}, 0.5);
  }
  struct Shape {
    const char *weight, *b;
    bool adapted;
    std::int64_t out;
  };
  for (const auto& [weight, b, adapted, out] : {Shape{"w5", "b5", first, 5}, {"w4", "b4", second, 4}}) {
    Projection p;
    p.weight = numbers(weight, {out, 7}, 0.5).to(type);
    if (adapted) {
      p.a = group.stacked_a.narrow(0, at, rank).detach().set_requires_grad(true);
      p.b = numbers(b, {out, rank}, 0.5).set_requires_grad(true);
      at += rank;
    }
    group.each.push_back(p);
  }
  return group;
}

struct Case {
  const char* name;
  bool first, second;
  at::ScalarType type;
};

class LoraProjections : public testing::TestWithParam<Case> {};

TEST_P(LoraProjections, EqualPlainOperations) {
  const Case& c = GetParam();
  const Projections group = group_of(c.first, c.second, c.type);
  const double tolerance = c.type == at::kFloat ? 1e-5 : 0.04;
  const at::Tensor x = numbers("x", {11, 7}, 1.0).to(c.type).set_requires_grad(true);
  const std::vector<at::Tensor> dy = {numbers("d5", {11, 5}, 1.0).to(c.type),
                                      numbers("d4", {11, 4}, 1.0).to(c.type)};
  std::vector<at::Tensor> plain;
  for (std::size_t i = 0; i < 2; ++i) {
    plain.push_back(project_plain(group.each[i], group.scale, x));
  }
  torch::autograd::backward({plain[0], plain[1]}, {dy[0], dy[1]});

  const c10::NoGradGuard no_grad;
  const ProjectedRows rows = project(group, x.detach());
  const ProjectionGradients gradients = project_backward(group, dy, x.detach(), rows.low, true);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(rows.y[i].scalar_type(), c.type);
    EXPECT_TRUE(at::allclose(rows.y[i], plain[i], tolerance, tolerance));
  }
  EXPECT_EQ(gradients.x.scalar_type(), c.type);
  EXPECT_TRUE(at::allclose(gradients.x, x.grad(), tolerance, tolerance));
  const std::vector<at::Tensor> leaves = group.adapters();
  ASSERT_EQ(gradients.adapters.size(), leaves.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    EXPECT_EQ(gradients.adapters[i].sizes(), leaves[i].sizes());
    EXPECT_TRUE(at::allclose(gradients.adapters[i], leaves[i].grad(), tolerance, tolerance));
  }
  EXPECT_FALSE(project_backward(group, dy, x.detach(), rows.low, false).x.defined());
}

INSTANTIATE_TEST_SUITE_P(Groups, LoraProjections,
                         testing::Values(Case{"Both", true, true, at::kFloat},
                                         Case{"Second", false, true, at::kFloat},
                                         Case{"None", false, false, at::kFloat},
                                         Case{"BothBf16", true, true, at::kBFloat16}),
                         [](const auto& c) { return c.param.name; });

}  // namespace
}  // namespace cutlink::model
