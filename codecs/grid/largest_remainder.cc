#include "codecs/grid/largest_remainder.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace cutlink::codecs {

std::vector<std::uint8_t> largest_remainder(std::span<const double> widths) {
  std::vector<std::uint8_t> whole(widths.size());
  std::vector<double> fraction(widths.size());
  double sum = 0.0;
  std::int64_t floors = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    assert(widths[i] >= 0.0 && widths[i] <= 8.0);
    const double floor = std::floor(widths[i]);
    whole[i] = static_cast<std::uint8_t>(floor);
    fraction[i] = widths[i] - floor;
    sum += widths[i];
    floors += whole[i];
  }
  const std::int64_t missing = std::llround(sum) - floors;
  assert(missing >= 0 && missing <= static_cast<std::int64_t>(widths.size()));
  std::vector<std::size_t> order(widths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto larger_first = [&](std::size_t a, std::size_t b) {
    return fraction[a] != fraction[b] ? fraction[a] > fraction[b] : a < b;
  };
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(missing);
  std::nth_element(order.begin(), end, order.end(), larger_first);
  std::for_each(order.begin(), end, [&](std::size_t i) { ++whole[i]; });
  return whole;
}

}  // namespace cutlink::codecs
