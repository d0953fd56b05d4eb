#include "codecs/grid/column_stats.h"

#include <bit>
#include <cassert>
#include <limits>

#include "codecs/grid/load.h"

namespace cutlink::codecs {
namespace {

template <typename T>
void accumulate(const T* x, std::size_t rows, std::size_t cols, ColumnStats& stats) {
  float* __restrict lo = stats.lo.data();
  float* __restrict hi = stats.hi.data();
  std::uint32_t* __restrict exponents = stats.exponents.data();
  for (std::size_t r = 0; r < rows; ++r) {
    const T* __restrict row = x + r * cols;
    for (std::size_t c = 0; c < cols; ++c) {
      const float v = load(row[c]);
      lo[c] = v < lo[c] ? v : lo[c];
      hi[c] = v > hi[c] ? v : hi[c];
      // All-ones exponents carry into the sign bit; no other pattern does.
      exponents[c] |= (std::bit_cast<std::uint32_t>(v) & 0x7fffffffU) + 0x00800000U;
    }
  }
}

}  // namespace

ColumnStats column_stats(MatrixView x) {
  assert(x.rows >= 1);
  constexpr float inf = std::numeric_limits<float>::infinity();
  ColumnStats stats{std::vector<float>(x.cols, inf), std::vector<float>(x.cols, -inf),
                    std::vector<std::uint32_t>(x.cols, 0)};
  if (x.dtype == DType::f32) {
    accumulate(static_cast<const float*>(x.data), x.rows, x.cols, stats);
  } else {
    accumulate(static_cast<const std::uint16_t*>(x.data), x.rows, x.cols, stats);
  }
  return stats;
}

}  // namespace cutlink::codecs
