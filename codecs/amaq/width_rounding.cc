#include "codecs/amaq/width_rounding.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "codecs/grid/minmax_grid.h"

namespace cutlink::codecs::amaq {

std::vector<std::uint8_t> round_widths(std::span<const double> widths, std::span<const double> rows) {
  if (rows.empty()) {
    return largest_remainder(widths);
  }
  assert(rows.size() == widths.size());
  std::vector<std::uint8_t> result(widths.size());
  std::vector<double> fraction(widths.size());
  double wanted = 0.0;  // Σ rows·fraction, to be made up of whole bits
  for (std::size_t h = 0; h < widths.size(); ++h) {
    const double floor = std::floor(widths[h]);
    fraction[h] = widths[h] - floor;
    result[h] = static_cast<std::uint8_t>(rows[h] > 0.0 ? floor : std::round(widths[h]));
    wanted += rows[h] * fraction[h];
  }
  std::vector<std::size_t> order(widths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return fraction[a] > fraction[b]; });
  double given = 0.0;
  for (const std::size_t h : order) {
    if (rows[h] > 0.0 && fraction[h] > 0.0 && given + 0.5 * rows[h] <= wanted) {
      ++result[h];
      given += rows[h];
    }
  }
  return result;
}

}  // namespace cutlink::codecs::amaq
