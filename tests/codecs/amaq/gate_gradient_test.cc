// The gates' gradients against finite differences of the loss, in double.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>

#include "codecs/amaq/gate_plant.h"

namespace cutlink::codecs::amaq {
namespace {

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

TEST(GateGradient, BudgetGradientIsThatOfTheConstrainedLoss) {
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

// β_eff = β·clip((mean b − b_ref) / 0.05, −1, 1).
TEST(GateGradient, TheControllersPullIsProportionalWithinItsBand) {
  const std::size_t n = 5;
  const GateRules controlled = rules_of(Control::controlled, 4.0, 4.0, 1);
  for (const auto& [off, share] :
       {std::pair{0.02, 0.4}, {-0.03, -0.6}, {0.0499, 0.998}, {0.2, 1.0}, {-0.2, -1.0}}) {
    const double relative = (4.0 + off - controlled.b_min) / (controlled.b_max - controlled.b_min);
    const Vector q(n, std::log(relative / (1.0 - relative)) / controlled.alpha);
    const auto gradient = [&](const GateRules& rules) {
      GateBank bank(rules, n);
      bank.set_gates(q);
      EXPECT_NEAR(bank.mean(), 4.0 + off, 1e-12);
      return bank.gate_gradient();
    };
    const Vector full = gradient(rules_of(Control::fixed, 4.0, 2.5, 1));
    const Vector eased = gradient(controlled);
    for (std::size_t h = 0; h < n; ++h) {
      EXPECT_GT(full[h], 0.0);
      EXPECT_NEAR(eased[h], share * full[h], 1e-9 * full[h]) << off;
    }
  }
}

TEST(GateGradient, BitLossGradientIsThatOfTheLoss) {
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

TEST(GateGradient, ControlledPushesBothWays) {
  const GateRules rules = rules_of(Control::controlled, 4.0, 4.0, 1);
  GateBank bank(rules, 4);
  bank.set_gates(Vector(4, 2.0));  // above the reference: the bit loss falls with Q
  EXPECT_GT(bank.gate_gradient()[0], 0.0);
  bank.set_gates(Vector(4, -2.0));
  EXPECT_LT(bank.gate_gradient()[0], 0.0);
}

}  // namespace
}  // namespace cutlink::codecs::amaq
