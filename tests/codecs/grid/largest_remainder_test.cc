#include "codecs/grid/largest_remainder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/rng.h"

namespace cutlink::codecs {
namespace {

using Widths = std::vector<std::uint8_t>;

TEST(LargestRemainder, ByHand) {
  EXPECT_EQ(largest_remainder({}), Widths{});
  EXPECT_EQ(largest_remainder(std::vector<double>{2.0, 8.0, 3.0}), (Widths{2, 8, 3}));
  EXPECT_EQ(largest_remainder(std::vector<double>{2.2, 3.7, 3.6}), (Widths{2, 4, 4}));  // Σ 9.5 → 10
  EXPECT_EQ(largest_remainder(std::vector<double>{2.2, 3.7, 3.5}), (Widths{2, 4, 3}));  // Σ 9.4 → 9
}

TEST(LargestRemainder, TiesGoToTheLowerIndex) {
  EXPECT_EQ(largest_remainder(std::vector<double>(5, 2.5)), (Widths{3, 3, 3, 2, 2}));  // Σ 12.5 → 13
}

TEST(LargestRemainder, KeepsTheRoundedSumAndStaysBesideEachWidth) {
  Rng rng(RngKey{.seed = 4});
  for (int round = 0; round < 500; ++round) {
    std::vector<double> widths(1 + rng.below(600));
    for (double& b : widths) {
      b = 2.0 + 6.0 * rng.next_unit_f64();
    }
    const Widths whole = largest_remainder(widths);
    const double sum = std::accumulate(widths.begin(), widths.end(), 0.0);
    EXPECT_EQ(std::accumulate(whole.begin(), whole.end(), 0LL), std::llround(sum));
    for (std::size_t i = 0; i < widths.size(); ++i) {
      EXPECT_TRUE(whole[i] == std::floor(widths[i]) || whole[i] == std::floor(widths[i]) + 1);
    }
  }
}

}  // namespace
}  // namespace cutlink::codecs
