// Smallest and largest value of every column, and whether all of them are finite: one pass over the matrix.
#pragma once

#include <cstdint>
#include <vector>

#include "base/matrix.h"

namespace cutlink::codecs {

struct ColumnStats {
  std::vector<float> lo;  // a column each; meaningless where not finite
  std::vector<float> hi;
  std::vector<std::uint32_t> exponents;  // top bit set where a value was NaN or infinite

  [[nodiscard]] bool finite(std::size_t column) const { return (exponents[column] & 0x80000000U) == 0; }
};

// x.rows >= 1. The sign of a zero bound is unspecified.
[[nodiscard]] ColumnStats column_stats(MatrixView x);

}  // namespace cutlink::codecs
