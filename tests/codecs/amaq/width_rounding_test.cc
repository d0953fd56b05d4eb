#include "codecs/amaq/width_rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/rng.h"
#include "codecs/grid/largest_remainder.h"

namespace cutlink::codecs::amaq {
namespace {

std::vector<double> random_widths(std::size_t n, std::uint64_t seed) {
  Rng rng(RngKey{.seed = seed});
  std::vector<double> widths(n);
  for (double& b : widths) {
    b = 2.0 + 6.0 * rng.next_unit_f64();
  }
  return widths;
}

TEST(RoundWidths, EqualSharesAreLargestRemainder) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<double> widths = random_widths(1 + seed, seed);
    const std::vector<double> rows(widths.size(), 3.0);
    EXPECT_EQ(round_widths(widths, rows), largest_remainder(widths));
    EXPECT_EQ(round_widths(widths, {}), largest_remainder(widths));
  }
}

TEST(RoundWidths, UnequalSharesKeepTheMeanByRows) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<double> widths = random_widths(40, seed);
    std::vector<double> rows(40);
    for (std::size_t h = 0; h < rows.size(); ++h) {
      rows[h] =
          h < 30 ? 100.0 - 3.0 * static_cast<double>(h) : 0.0;  // positions that short sequences never reach
    }
    const std::vector<std::uint8_t> rounded = round_widths(widths, rows);
    double error = 0.0;
    for (std::size_t h = 0; h < rows.size(); ++h) {
      EXPECT_LT(std::abs(rounded[h] - widths[h]), 1.0);
      error += rows[h] * (rounded[h] - widths[h]);
    }
    EXPECT_LE(std::abs(error), 50.0);
  }
}

TEST(RoundWidths, EqualFractionsGoToTheLowerPositions) {
  const std::vector<double> widths(4, 3.5);
  EXPECT_EQ(round_widths(widths, std::vector<double>{1, 1, 1, 1}), (std::vector<std::uint8_t>{4, 4, 3, 3}));
  EXPECT_EQ(round_widths(widths, std::vector<double>{3, 1, 1, 1}), (std::vector<std::uint8_t>{4, 3, 3, 3}));
}

}  // namespace
}  // namespace cutlink::codecs::amaq
