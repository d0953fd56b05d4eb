#include "codecs/amaq/gates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>

#include "base/rng.h"

namespace cutlink::codecs::amaq {
namespace {

using Vector = std::vector<double>;

Rng stream(std::uint64_t seed) { return Rng(RngKey{.seed = seed}); }

Vector random_vector(std::size_t n, double scale, std::uint64_t seed) {
  Rng rng = stream(seed);
  Vector values(n);
  for (double& v : values) {
    v = scale * rng.next_normal();
  }
  return values;
}

GateRules rules_of(Control control, double start, double target, std::uint32_t steps) {
  GateRules rules;
  rules.control = control;
  rules.descent = {start, target, steps};
  rules.learning_rate = default_learning_rate(rules);
  return rules;
}

double mean_of(std::span<const std::uint8_t> widths) {
  return std::accumulate(widths.begin(), widths.end(), 0.0) / static_cast<double>(widths.size());
}

// A task whose loss is Σ a_h·4^−b_h + c·b_h: what quantisation noise costs, and a pull that favours few bits.
struct Plant {
  Vector a;
  double pull = 0.0;
  double noise = 0.0;
  Rng rng = stream(99);

  double loss(std::span<const double> b) const {
    double sum = 0.0;
    for (std::size_t h = 0; h < b.size(); ++h) {
      sum += a[h] * std::pow(4.0, -b[h]) + pull * b[h];
    }
    return sum;
  }
  Vector gradient(std::span<const double> b) {
    Vector g(b.size());
    for (std::size_t h = 0; h < b.size(); ++h) {
      g[h] = -std::log(4.0) * a[h] * std::pow(4.0, -b[h]) + pull + noise * rng.next_normal();
    }
    return g;
  }
};

// Sensitivities over a hundredfold, as between the channels of a real model.
Vector spread_sensitivities(std::size_t n) {
  Vector a = random_vector(n, 1.0, 5);
  for (double& v : a) {
    v = 0.05 * std::exp(v);
  }
  return a;
}

// Largest relative difference between gate_gradient() and central differences of `loss` in any gate;
// gradients below a hundredth of the largest count as that.
double worst_difference(const GateRules& rules, std::span<const double> q, Plant& plant,
                        const std::vector<std::uint32_t>& rows,
                        const std::function<double(const GateBank&)>& loss) {
  GateBank bank(rules, q.size());
  if (!rows.empty()) {
    bank.observe_rows(0, rows);
  }
  bank.set_gates(q);
  bank.accumulate(0, plant.gradient(bank.widths()));
  const Vector analytic = bank.gate_gradient();
  const Vector settled(bank.gates().begin(), bank.gates().end());
  double scale = 0.0;
  for (const double g : analytic) {
    scale = std::max(scale, std::abs(g));
  }
  double worst = 0.0;
  const double step = 1e-4;
  for (std::size_t h = 0; h < q.size(); ++h) {
    double value[2] = {};
    for (int side = 0; side < 2; ++side) {
      Vector moved = settled;
      moved[h] += side == 0 ? -step : step;
      bank.set_gates(moved);
      value[side] = loss(bank);
    }
    const double numeric = (value[1] - value[0]) / (2.0 * step);
    worst = std::max(worst, std::abs(numeric - analytic[h]) / std::max(std::abs(analytic[h]), 0.01 * scale));
  }
  return worst;
}

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

TEST(GateBank, BudgetGradientIsThatOfTheConstrainedLoss) {
  const std::size_t n = 17;
  const GateRules rules = rules_of(Control::budget, 4.0, 4.0, 1);
  Plant plant{spread_sensitivities(n), 0.01};
  const auto loss = [&](const GateBank& bank) { return plant.loss(bank.widths()); };
  EXPECT_LT(worst_difference(rules, random_vector(n, 0.8, 1), plant, {}, loss), 1e-6);
  // The same where gates stand for unequal shares of the rows, some for none.
  std::vector<std::uint32_t> rows(n);
  for (std::size_t h = 0; h < n; ++h) {
    rows[h] = static_cast<std::uint32_t>(20 - h) * (h == 3 ? 0 : 1);
  }
  EXPECT_LT(worst_difference(rules, random_vector(n, 0.8, 2), plant, rows, loss), 1e-6);
}

TEST(GateBank, BitLossGradientIsThatOfTheLoss) {
  const std::size_t n = 17;
  Plant plant{spread_sensitivities(n), 0.0};
  for (const Control control : {Control::fixed, Control::controlled}) {
    for (const BitLoss kind : {BitLoss::l1, BitLoss::l2}) {
      GateRules rules = rules_of(control, 4.0, 2.5, 100);
      rules.bit_loss = kind;
      Vector q = random_vector(n, 0.5, 3);
      for (double& v : q) {
        v += 1.0;  // mean above the reference: β_eff = β
      }
      const auto loss = [&](const GateBank& bank) {
        double bits = 0.0;
        for (const double b : bank.widths()) {
          bits += kind == BitLoss::l2 ? b * b : b;
        }
        return plant.loss(bank.widths()) + rules.beta * bits / static_cast<double>(n);
      };
      EXPECT_LT(worst_difference(rules, q, plant, {}, loss), 1e-6);
    }
  }
}

TEST(GateBank, ControlledPushesBothWays) {
  const GateRules rules = rules_of(Control::controlled, 4.0, 4.0, 1);
  GateBank bank(rules, 4);
  bank.set_gates(Vector(4, 2.0));  // above the reference: the bit loss falls with Q
  EXPECT_GT(bank.gate_gradient()[0], 0.0);
  bank.set_gates(Vector(4, -2.0));
  EXPECT_LT(bank.gate_gradient()[0], 0.0);
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

TEST(GateBank, RestoredInTheMiddleOfAStepItGoesOnBitForBit) {
  for (const Control control : {Control::budget, Control::controlled, Control::fixed}) {
    const GateRules rules = rules_of(control, 7.0, 4.0, 30);
    GateBank bank(rules, 16);
    Plant plant{spread_sensitivities(16), 0.0, 1e-4};
    for (int step = 0; step < 25; ++step) {
      bank.accumulate(0, plant.gradient(bank.widths()));
      bank.observe_rows(0, std::vector<std::uint32_t>(16, static_cast<std::uint32_t>(step + 1)));
      bank.end_step();
    }
    bank.accumulate(0, random_vector(16, 1e-3, 11));
    ByteVector bytes;
    ByteWriter writer(bytes);
    bank.save(writer);
    GateBank resumed(rules, 16);
    ByteReader reader(bytes, "state", ErrorKind::run);
    resumed.restore(reader);
    reader.expect_end();
    for (int step = 0; step < 25; ++step) {
      const Vector g = random_vector(16, 1e-3, static_cast<std::uint64_t>(100 + step));
      for (GateBank* b : {&bank, &resumed}) {
        b->accumulate(0, g);
        b->end_step();
      }
    }
    ByteVector a;
    ByteVector b;
    ByteWriter to_a(a);
    ByteWriter to_b(b);
    bank.save(to_a);
    resumed.save(to_b);
    EXPECT_EQ(a, b);
    EXPECT_EQ(bank.wire_widths(), resumed.wire_widths());
  }
}

TEST(GateBank, RefusesAStateThatDoesNotFit) {
  const GateRules rules = rules_of(Control::budget, 7.0, 4.0, 30);
  ByteVector bytes;
  ByteWriter writer(bytes);
  GateBank(rules, 16).save(writer);
  GateBank other(rules, 17);
  ByteReader of_another_size(bytes, "state", ErrorKind::run);
  EXPECT_THROW(other.restore(of_another_size), Error);
  GateBank same(rules, 16);
  for (const std::size_t length : {std::size_t{0}, std::size_t{5}, bytes.size() - 1}) {
    ByteReader truncated(ByteSpan(bytes).first(length), "state", ErrorKind::run);
    EXPECT_THROW(same.restore(truncated), Error);
  }
  ByteVector poisoned = bytes;
  const double nan = std::nan("");
  std::memcpy(poisoned.data() + 4 + 2 + 2 * (8 + 16) + 8, &nan, sizeof nan);  // the first gate
  ByteReader with_nan(poisoned, "state", ErrorKind::run);
  EXPECT_THROW(same.restore(with_nan), Error);
}

}  // namespace
}  // namespace cutlink::codecs::amaq
