#include "compare/student_t.h"

#include <cmath>
#include <numbers>

namespace cutlink::compare {

double student_t_within(double t, std::uint32_t degrees) {
  const double angle = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double cosine = std::cos(angle);
  const bool odd = degrees % 2 == 1;
  // The terms are cos^k, each with its factor: k is odd if the degrees are, and ends at degrees − 2.
  double term = odd ? cosine : 1.0;
  double sum = degrees == 1 ? 0.0 : term;
  for (std::uint32_t k = odd ? 3 : 2; k + 2 <= degrees; k += 2) {
    term *= cosine * cosine * static_cast<double>(k - 1) / static_cast<double>(k);
    sum += term;
  }
  const double series = std::sin(angle) * sum;
  return odd ? 2.0 / std::numbers::pi * (angle + series) : series;
}

double student_t_two_sided(double probability, std::uint32_t degrees) {
  double low = 0.0;
  double high = 1e5;
  for (double middle = 0.5 * high; low < middle && middle < high; middle = 0.5 * (low + high)) {
    (student_t_within(middle, degrees) < probability ? low : high) = middle;
  }
  return high;
}

}  // namespace cutlink::compare
