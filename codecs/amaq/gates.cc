#include "codecs/amaq/gates.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "codecs/amaq/width_rounding.h"

namespace cutlink::codecs::amaq {
namespace {

// Adam's usual constants (Kingma and Ba, 2015).
constexpr double beta1 = 0.9;
constexpr double beta2 = 0.999;
constexpr double epsilon = 1e-8;

constexpr double controller_band = 0.05;  // bits from the reference at which `controlled` uses all of β
constexpr double hold_rate_share = 0.1;   // of the learning rate, once the target is reached
constexpr double reached_within = 0.05;   // bits above the target that count as reached
constexpr int max_bisections = 100;       // the doubles between two bounds run out after about 55

double logit(double p) { return std::log(p / (1.0 - p)); }
double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

}  // namespace

double default_learning_rate(const GateRules& rules) {
  const double span = rules.b_max - rules.b_min;
  const double steps = rules.descent.steps;
  const double way =
      logit((rules.descent.start - rules.b_min) / span) - logit((rules.descent.target - rules.b_min) / span);
  const double rate = rules.control == Control::budget ? 2.5 / steps : 2.0 * way / steps;
  return std::max(rate, 0.01) / rules.alpha;
}

GateBank::GateBank(const GateRules& rules, std::size_t gates)
    : rules_(rules), b_(gates), m_(gates), v_(gates), gradient_(gates), fed_(gates) {
  assert(gates > 0);
  assert(rules.descent.start > rules.b_min && rules.descent.start < rules.b_max);
  assert(rules.descent.target > rules.b_min && rules.descent.target <= rules.descent.start);
  q_.assign(gates, gate_of(rules.descent.start));
  settle();
}

double GateBank::width_of(double q) const {
  return rules_.b_min + (rules_.b_max - rules_.b_min) * sigmoid(rules_.alpha * q);
}

double GateBank::gate_of(double width) const {
  return logit((width - rules_.b_min) / (rules_.b_max - rules_.b_min)) / rules_.alpha;
}

double GateBank::total_weight() const {
  return rows_.empty() ? static_cast<double>(size()) : std::accumulate(rows_.begin(), rows_.end(), 0.0);
}

double GateBank::mean() const {
  double sum = 0.0;
  for (std::size_t h = 0; h < size(); ++h) {
    sum += weight(h) * b_[h];
  }
  return sum / total_weight();
}

double GateBank::deviation() const {
  const double centre = mean();
  double sum = 0.0;
  for (std::size_t h = 0; h < size(); ++h) {
    sum += weight(h) * (b_[h] - centre) * (b_[h] - centre);
  }
  return std::sqrt(sum / total_weight());
}

double GateBank::mean_with_offset(double offset) const {
  double sum = 0.0;
  for (std::size_t h = 0; h < size(); ++h) {
    sum += weight(h) * width_of(q_[h] + offset);
  }
  return sum / total_weight();
}

void GateBank::shift_mean_to(double width) {
  const auto [lowest, highest] = std::minmax_element(q_.begin(), q_.end());
  const double goal = gate_of(width);
  // With these offsets all gates lie below, all above the goal: they enclose the solution.
  double low = goal - *highest;
  double high = goal - *lowest;
  double offset = 0.5 * (low + high);
  for (int i = 0; i < max_bisections && low < offset && offset < high; ++i) {
    (mean_with_offset(offset) < width ? low : high) = offset;
    offset = 0.5 * (low + high);
  }
  for (double& q : q_) {
    q += offset;
  }
  refresh_widths();
}

void GateBank::refresh_widths() {
  std::transform(q_.begin(), q_.end(), b_.begin(), [this](double q) { return width_of(q); });
}

void GateBank::settle() {
  refresh_widths();
  const Descent& descent = rules_.descent;
  switch (rules_.control) {
    case Control::budget:
      shift_mean_to(reference());
      reached_ = step_ >= descent.steps;
      break;
    case Control::controlled:
      reached_ = reached_ || (step_ >= descent.steps && mean() <= descent.target + reached_within);
      break;
    case Control::fixed:
      if (mean() <= descent.target) {
        shift_mean_to(descent.target);  // Adam's last step went past it
        reached_ = frozen_ = true;
      }
      break;
  }
  wire_ = round_widths(b_, rows_);
}

void GateBank::set_gates(std::span<const double> q) {
  assert(q.size() == size());
  std::copy(q.begin(), q.end(), q_.begin());
  settle();
}

std::size_t GateBank::accumulate(std::size_t first, std::span<const double> width_gradient) {
  assert(first + width_gradient.size() <= size());
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < width_gradient.size(); ++i) {
    if (std::isfinite(width_gradient[i])) {
      gradient_[first + i] += width_gradient[i];
      fed_[first + i] = 1;
    } else {
      ++left_out;
    }
  }
  return left_out;
}

void GateBank::observe_rows(std::size_t first, std::span<const std::uint32_t> rows) {
  assert(first + rows.size() <= size());
  if (std::all_of(rows.begin(), rows.end(), [](std::uint32_t count) { return count == 0; })) {
    return;  // weights that are all zero would leave the mean undefined
  }
  rows_.resize(size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows_[first + i] += rows[i];
  }
}

std::vector<double> GateBank::gate_gradient() const {
  const double span = rules_.b_max - rules_.b_min;
  const double total = total_weight();
  std::vector<double> slope(size());  // w = ∂b/∂Q = span·α·σ(1 − σ)
  for (std::size_t h = 0; h < size(); ++h) {
    slope[h] = rules_.alpha * (b_[h] - rules_.b_min) * (rules_.b_max - b_[h]) / span;
  }
  std::vector<double> result(size());
  if (rules_.control == Control::budget) {
    // The offset answers to every gate: dδ/dQ_h = −c_h·w_h / Σ c_j·w_j with c the weights of the mean.
    double pull = 0.0;
    double freedom = 0.0;
    for (std::size_t h = 0; h < size(); ++h) {
      if (fed_[h] != 0) {
        pull += slope[h] * gradient_[h];
        freedom += weight(h) * slope[h];
      }
    }
    const double common = freedom > 0.0 ? pull / freedom : 0.0;
    for (std::size_t h = 0; h < size(); ++h) {
      result[h] = fed_[h] != 0 ? slope[h] * (gradient_[h] - weight(h) * common) : 0.0;
    }
    return result;
  }
  double beta = rules_.beta;
  if (rules_.control == Control::controlled) {
    beta *= std::clamp((mean() - reference()) / controller_band, -1.0, 1.0);
  }
  for (std::size_t h = 0; h < size(); ++h) {
    const double bit_loss = rules_.bit_loss == BitLoss::l2 ? 2.0 * b_[h] : 1.0;
    result[h] = slope[h] * (gradient_[h] + beta * bit_loss * weight(h) / total);
  }
  return result;
}

void GateBank::end_step() {
  if (!frozen_) {
    const std::vector<double> gradient = gate_gradient();
    const double rate = rules_.learning_rate * (reached_ ? hold_rate_share : 1.0);
    const double updates = step_ + 1.0;
    const double correct1 = 1.0 - std::pow(beta1, updates);
    const double correct2 = 1.0 - std::pow(beta2, updates);
    for (std::size_t h = 0; h < size(); ++h) {
      m_[h] = beta1 * m_[h] + (1.0 - beta1) * gradient[h];
      v_[h] = beta2 * v_[h] + (1.0 - beta2) * gradient[h] * gradient[h];
      q_[h] -= rate * (m_[h] / correct1) / (std::sqrt(v_[h] / correct2) + epsilon);
    }
  }
  std::fill(gradient_.begin(), gradient_.end(), 0.0);
  ++step_;
  if (!frozen_) {
    settle();
  }
}

void GateBank::save(ByteWriter& out) const {
  out.put<std::uint32_t>(step_);
  out.put<std::uint8_t>(reached_);
  out.put<std::uint8_t>(frozen_);
  out.put_array(std::span<const std::uint8_t>(wire_));
  out.put_array(std::span<const std::uint8_t>(fed_));
  for (const std::vector<double>* values : {&q_, &m_, &v_, &gradient_, &rows_}) {
    out.put_array(std::span<const double>(*values));
  }
}

void GateBank::restore(ByteReader& in) {
  GateBank fresh(rules_, size());
  fresh.step_ = in.get<std::uint32_t>();
  fresh.reached_ = in.get<std::uint8_t>() != 0;
  fresh.frozen_ = in.get<std::uint8_t>() != 0;
  fresh.wire_ = in.get_array<std::uint8_t>();
  if (fresh.wire_.size() != size() ||
      !std::all_of(fresh.wire_.begin(), fresh.wire_.end(),
                   [this](std::uint8_t b) { return b >= rules_.b_min && b <= rules_.b_max; })) {
    in.fail("not " + std::to_string(size()) + " widths between b_min and b_max");
  }
  fresh.fed_ = in.get_array<std::uint8_t>();
  if (fresh.fed_.size() != size()) {
    in.fail("marks of " + std::to_string(fresh.fed_.size()) + " gates where this codec has " +
            std::to_string(size()));
  }
  for (std::vector<double>* values : {&fresh.q_, &fresh.m_, &fresh.v_, &fresh.gradient_, &fresh.rows_}) {
    *values = in.get_array<double>();
    const bool may_be_empty = values == &fresh.rows_;
    if (values->size() != size() && !(may_be_empty && values->empty())) {
      in.fail("a bank of " + std::to_string(values->size()) + " gates where this codec has " +
              std::to_string(size()));
    }
    if (!std::all_of(values->begin(), values->end(), [](double x) { return std::isfinite(x); })) {
      in.fail("a gate's state is not finite");
    }
  }
  fresh.refresh_widths();
  *this = std::move(fresh);
}

}  // namespace cutlink::codecs::amaq
