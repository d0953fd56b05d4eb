#include "codecs/grid/column_stats.h"

#include <cassert>
#include <limits>

#include "codecs/kernels/kernel_table.h"
#include "codecs/kernels/load.h"

namespace cutlink::codecs {

ColumnStats column_stats(MatrixView x) {
  assert(x.rows >= 1);
  constexpr float inf = std::numeric_limits<float>::infinity();
  ColumnStats stats{std::vector<float>(x.cols, inf), std::vector<float>(x.cols, -inf),
                    std::vector<std::uint32_t>(x.cols, 0)};
  with_elements(x, [&](const auto* elements) {
    kernels_of(elements).column_bounds(elements, x.rows, x.cols, stats.lo.data(), stats.hi.data(),
                                       stats.exponents.data());
  });
  return stats;
}

}  // namespace cutlink::codecs
