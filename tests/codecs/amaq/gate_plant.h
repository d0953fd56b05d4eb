// What the tests of the gate bank share: rules, random gradients, and a task whose loss is known.
#pragma once

#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "base/rng.h"
#include "codecs/amaq/gates.h"

namespace cutlink::codecs::amaq {

using Vector = std::vector<double>;

inline Rng stream(std::uint64_t seed) { return Rng(RngKey{.seed = seed}); }

inline Vector random_vector(std::size_t n, double scale, std::uint64_t seed) {
  Rng rng = stream(seed);
  Vector values(n);
  for (double& v : values) {
    v = scale * rng.next_normal();
  }
  return values;
}

inline GateRules rules_of(Control control, double start, double target, std::uint32_t steps) {
  GateRules rules;
  rules.control = control;
  rules.descent = {start, target, steps};
  rules.learning_rate = default_learning_rate(rules);
  return rules;
}

inline double mean_of(std::span<const std::uint8_t> widths) {
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
inline Vector spread_sensitivities(std::size_t n) {
  Vector a = random_vector(n, 1.0, 5);
  for (double& v : a) {
    v = 0.05 * std::exp(v);
  }
  return a;
}

}  // namespace cutlink::codecs::amaq
