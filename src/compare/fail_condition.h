// `cutlink compare --fail-if 'loss_difference.high>0.01'`: a condition on a comparison's figures, for scripts and CI.
#pragma once

#include <optional>
#include <string>

#include "compare/compare.h"

namespace cutlink::compare {

// FIGURE[.low|.high] < or > NUMBER. The figures are those that every row but the reference has:
//   loss_difference  nats, the row's loss − the reference's: the mean, or an end of its 95 % interval
//   byte_ratio, speedup  the reference's bytes or time ÷ the row's: without ends
class FailCondition {
 public:
  // Throws Error(usage) if the text is no such condition.
  explicit FailCondition(const std::string& text);

  // The first row that meets the condition, and the figure it has; none: no row does. A row without the figure (not
  // finished, or without an interval, as one pair of seeds is too few) meets it too: nothing shows that it is well.
  [[nodiscard]] std::optional<std::string> met_by(const Comparison& comparison) const;

 private:
  enum class Figure : std::uint8_t { loss_difference, byte_ratio, speedup };
  enum class End : std::uint8_t { mean, low, high };
  [[nodiscard]] std::optional<double> figure_of(const RowFigures& row) const;

  std::string text_;
  Figure figure_ = Figure::loss_difference;
  End end_ = End::mean;
  bool above_ = true;
  double bound_ = 0.0;
};

}  // namespace cutlink::compare
