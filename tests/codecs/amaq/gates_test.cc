#include "codecs/amaq/gates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "codecs/amaq/gate_plant.h"

namespace cutlink::codecs::amaq {
namespace {

TEST(GateBank, BeginsWithAllWidthsAtTheStart) {
  for (const Control control : {Control::budget, Control::controlled, Control::fixed}) {
    const GateBank bank(rules_of(control, 7.0, 4.0, 100), 33);
    for (const double b : bank.widths()) {
      EXPECT_NEAR(b, 7.0, 1e-12);
    }
    EXPECT_EQ(mean_of(bank.wire_widths()), 7.0);
    EXPECT_FALSE(bank.reached());
  }
}

TEST(GateBank, DefaultLearningRates) {
  EXPECT_DOUBLE_EQ(default_learning_rate(rules_of(Control::budget, 7, 4, 25)), 0.1);
  EXPECT_DOUBLE_EQ(default_learning_rate(rules_of(Control::budget, 7, 4, 1000)), 0.01);
  // The way of Q from 7 to 4 bits in (2, 8): logit(5/6) − logit(2/6) = ln 5 + ln 2 = ln 10.
  EXPECT_NEAR(default_learning_rate(rules_of(Control::controlled, 7, 4, 100)), 2.0 * std::log(10.0) / 100.0,
              1e-12);
  GateRules steep = rules_of(Control::budget, 7, 4, 25);
  steep.alpha = 4.0;
  EXPECT_DOUBLE_EQ(default_learning_rate(steep), 0.025);
}

TEST(GateBank, BudgetHoldsTheReferenceAtEveryStep) {
  for (const double target : {4.0, 3.0, 2.5}) {
    const GateRules rules = rules_of(Control::budget, 7.0, target, 40);
    GateBank bank(rules, 131);
    Plant plant{spread_sensitivities(131), 0.02, 0.05};
    for (std::uint32_t step = 0; step < 120; ++step) {
      const double reference = rules.descent.reference(step);
      ASSERT_NEAR(bank.mean(), reference, 1e-11) << step;
      ASSERT_NEAR(mean_of(bank.wire_widths()), reference, 0.5 / 131 + 1e-9) << step;
      bank.accumulate(0, plant.gradient(bank.widths()));
      bank.end_step();
    }
    EXPECT_TRUE(bank.reached());
    EXPECT_GT(bank.deviation(), 0.2);
  }
}

TEST(GateBank, SensitiveGatesGetMoreBits) {
  for (const Control control : {Control::budget, Control::controlled}) {
    GateBank bank(rules_of(control, 7.0, 4.0, 60), 64);
    Plant plant{spread_sensitivities(64), 0.0, 1e-5};
    for (int step = 0; step < 400; ++step) {
      bank.accumulate(0, plant.gradient(bank.widths()));
      bank.end_step();
    }
    double covariance = 0.0;
    double of_a = 0.0;
    double of_b = 0.0;
    double mean_log_a = 0.0;
    for (const double a : plant.a) {
      mean_log_a += std::log(a) / 64.0;
    }
    for (std::size_t h = 0; h < 64; ++h) {
      const double a = std::log(plant.a[h]) - mean_log_a;
      const double b = bank.widths()[h] - bank.mean();
      covariance += a * b;
      of_a += a * a;
      of_b += b * b;
    }
    EXPECT_GT(covariance / std::sqrt(of_a * of_b), 0.8);
    EXPECT_GT(bank.deviation(), 0.3);
  }
}

TEST(GateBank, ControlledKeepsTheMeanInTheHold) {
  // pull > 0: the task alone would drive the widths down, as on a real model; < 0: up.
  for (const double pull : {1e-4, 0.0, -1e-4}) {
    GateBank bank(rules_of(Control::controlled, 7.0, 4.0, 100), 64);
    Plant plant{spread_sensitivities(64), pull, 2e-4};
    for (std::uint32_t step = 0; step < 500; ++step) {
      if (step >= 110) {  // the controller's own lag at the end of the descent is over
        ASSERT_NEAR(bank.mean(), 4.0, 0.1) << "step " << step << " pull " << pull;
        ASSERT_NEAR(mean_of(bank.wire_widths()), 4.0, 0.1) << "step " << step << " pull " << pull;
      }
      bank.accumulate(0, plant.gradient(bank.widths()));
      bank.end_step();
    }
  }
}

// Kingma and Ba, 2015, with its usual constants; small and large gradients in turn, so that each of them
// counts.
TEST(GateBank, GatesMoveByAdam) {
  const GateRules rules = rules_of(Control::fixed, 7.0, 3.0, 400);
  GateBank bank(rules, 3);
  Vector m(3), v(3);
  Vector q(bank.gates().begin(), bank.gates().end());
  for (int step = 1; step <= 20; ++step) {
    const double size = step % 3 == 0 ? 1.0 : 1e-3;
    bank.accumulate(0, Vector{size, -2.0 * size, 0.5 * size});
    const Vector gradient = bank.gate_gradient();
    bank.end_step();
    for (std::size_t h = 0; h < q.size(); ++h) {
      m[h] = 0.9 * m[h] + 0.1 * gradient[h];
      v[h] = 0.999 * v[h] + 0.001 * gradient[h] * gradient[h];
      const double m_hat = m[h] / (1.0 - std::pow(0.9, step));
      const double v_hat = v[h] / (1.0 - std::pow(0.999, step));
      q[h] -= rules.learning_rate * m_hat / (std::sqrt(v_hat) + 1e-8);
      ASSERT_NEAR(bank.gates()[h], q[h], 1e-12) << step;
    }
  }
}

TEST(GateBank, FixedFreezesAtTheTarget) {
  GateBank bank(rules_of(Control::fixed, 7.0, 4.0, 100), 64);
  Plant plant{spread_sensitivities(64), 0.0, 1e-5};
  int step = 0;
  for (; step < 200 && !bank.frozen(); ++step) {
    ASSERT_GT(bank.mean(), 4.0);
    bank.accumulate(0, plant.gradient(bank.widths()));
    bank.end_step();
  }
  ASSERT_TRUE(bank.frozen());
  EXPECT_LT(step, 110);
  EXPECT_NEAR(bank.mean(), 4.0, 1e-11);
  EXPECT_EQ(mean_of(bank.wire_widths()), 4.0);
  const Vector frozen(bank.widths().begin(), bank.widths().end());
  for (int more = 0; more < 20; ++more) {
    bank.accumulate(0, Vector(64, 1.0 * more));
    bank.end_step();
  }
  EXPECT_TRUE(std::equal(frozen.begin(), frozen.end(), bank.widths().begin()));
}

TEST(GateBank, LearnsTenTimesSlowerOnceTheTargetIsReached) {
  GateRules rules = rules_of(Control::budget, 5.0, 5.0, 10);
  rules.learning_rate = 0.01;
  GateBank bank(rules, 2);
  Vector moved;
  for (int step = 0; step < 20; ++step) {
    const double before = bank.gates()[0] - bank.gates()[1];
    bank.accumulate(0, Vector{-1.0, 1.0});
    bank.end_step();
    moved.push_back(bank.gates()[0] - bank.gates()[1] - before);
  }
  EXPECT_NEAR(moved[9], 0.02, 0.002);
  EXPECT_NEAR(moved[10], 0.002, 0.0002);
}

TEST(GateBank, StepsOnceOnTheSumOfMicroBatches) {
  const GateRules rules = rules_of(Control::budget, 5.0, 3.0, 10);
  GateBank whole(rules, 8);
  GateBank parts(rules, 8);
  const Vector g = random_vector(8, 1.0, 7);
  Vector half(8);
  std::transform(g.begin(), g.end(), half.begin(), [](double v) { return 0.5 * v; });
  whole.accumulate(0, g);
  parts.accumulate(0, half);
  parts.accumulate(0, std::span(half).first(3));  // by segments, as several matrices do
  parts.accumulate(3, std::span(half).subspan(3));
  whole.end_step();
  parts.end_step();
  EXPECT_TRUE(std::equal(whole.gates().begin(), whole.gates().end(), parts.gates().begin()));
}

TEST(GateBank, LeavesOutWhatIsNotFinite) {
  GateBank bank(rules_of(Control::budget, 5.0, 3.0, 10), 4);
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(bank.accumulate(0, Vector{1.0, inf, std::nan(""), -1.0}), 2U);
  bank.end_step();
  for (const double b : bank.widths()) {
    EXPECT_TRUE(std::isfinite(b));
  }
  EXPECT_NEAR(bank.mean(), 4.8, 1e-11);
}

}  // namespace
}  // namespace cutlink::codecs::amaq
