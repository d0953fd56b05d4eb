// How much worse a row's loss is than the reference's. Runs with the same seed are a pair (the same data order and
// initial adapters), so the difference is taken seed by seed, and the spread over seeds cancels.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace cutlink::compare {

// In nats; positive: the row is worse.
struct LossDifference {
  std::size_t pairs = 0;
  double mean = 0.0;
  double deviation = 0.0;  // sample standard deviation of the differences
  // The 95 % t-interval of the mean, with pairs − 1 degrees of freedom: not known from fewer than two pairs.
  std::optional<double> low, high;
};

// differences: the row's loss − the reference's, a seed each.
[[nodiscard]] LossDifference loss_difference(const std::vector<double>& differences);

enum class Judgement { no_worse, worse, undecided };

// no_worse: even the interval's upper end is within the margin; worse: even its lower end is beyond it.
[[nodiscard]] Judgement judge(const LossDifference& difference, double margin);

// How many pairs would settle an undecided one if mean and deviation stayed as they are. None if that cannot be told
// (fewer than two pairs) or is over 1000.
[[nodiscard]] std::optional<std::size_t> pairs_to_settle(const LossDifference& difference, double margin);

}  // namespace cutlink::compare
