// Mean, deviations and median of a few numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace cutlink {

// 0 for no numbers.
[[nodiscard]] inline double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

// Of numbers that are a sample of many more: the squares are divided by n − 1. 0 for fewer than two numbers.
[[nodiscard]] inline double sample_deviation(const std::vector<double>& values) {
  if (values.size() < 2) {
    return 0.0;
  }
  const double mean = mean_of(values);
  double sum = 0.0;
  for (const double value : values) {
    sum += (value - mean) * (value - mean);
  }
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

// Of numbers that are all there are: the squares are divided by n. 0 for no numbers.
[[nodiscard]] inline double population_deviation(const std::vector<double>& values) {
  double sum = 0.0;
  double squares = 0.0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
  }
  const double n = std::max<double>(static_cast<double>(values.size()), 1.0);
  return std::sqrt(std::max(squares / n - (sum / n) * (sum / n), 0.0));
}

// The upper one of the two in the middle if their number is even. 0 for no numbers.
template <typename T>
[[nodiscard]] T upper_median(std::vector<T> values) {
  if (values.empty()) {
    return T{};
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace cutlink
