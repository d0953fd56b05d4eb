#include "compare/loss_difference.h"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "base/statistics.h"
#include "compare/student_t.h"

namespace cutlink::compare {

namespace {

constexpr double confidence = 0.95;
constexpr std::size_t most_pairs = 1000;

double half_width(double deviation, std::size_t pairs) {
  return student_t_two_sided(confidence, static_cast<std::uint32_t>(pairs - 1)) * deviation /
         std::sqrt(static_cast<double>(pairs));
}

}  // namespace

LossDifference loss_difference(const std::vector<double>& differences) {
  LossDifference d;
  d.pairs = differences.size();
  d.mean = mean_of(differences);
  d.deviation = sample_deviation(differences);
  if (d.pairs >= 2) {
    const double half = half_width(d.deviation, d.pairs);
    d.low = d.mean - half;
    d.high = d.mean + half;
  }
  return d;
}

Judgement judge(const LossDifference& difference, double margin) {
  if (difference.high && *difference.high <= margin) {
    return Judgement::no_worse;
  }
  return difference.low && *difference.low > margin ? Judgement::worse : Judgement::undecided;
}

std::optional<std::size_t> pairs_to_settle(const LossDifference& difference, double margin) {
  if (difference.pairs < 2) {
    return std::nullopt;
  }
  // The interval narrows with every pair.
  const auto numbers = std::views::iota(difference.pairs + 1, std::max(difference.pairs, most_pairs) + 1);
  const auto first = std::ranges::partition_point(numbers, [&](std::size_t pairs) {
    return half_width(difference.deviation, pairs) > std::abs(difference.mean - margin);
  });
  return first == numbers.end() ? std::nullopt : std::optional(*first);
}

}  // namespace cutlink::compare
