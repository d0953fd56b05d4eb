#include "base/statistics.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace cutlink {
namespace {

TEST(Statistics, OfNoNumbersIsZero) {
  EXPECT_EQ(mean_of({}), 0.0);
  EXPECT_EQ(sample_deviation({}), 0.0);
  EXPECT_EQ(sample_deviation({3.0}), 0.0);
  EXPECT_EQ(population_deviation({}), 0.0);
  EXPECT_EQ(upper_median(std::vector<std::int64_t>()), 0);
}

TEST(Statistics, TheTwoDeviationsDifferInWhatTheyDivideBy) {
  EXPECT_EQ(mean_of({2.0, 6.0}), 4.0);
  EXPECT_DOUBLE_EQ(sample_deviation({2.0, 6.0}), std::sqrt(8.0));
  EXPECT_DOUBLE_EQ(population_deviation({2.0, 6.0}), 2.0);
  EXPECT_EQ(population_deviation({5.0, 5.0, 5.0}), 0.0);
}

TEST(Statistics, TheMedianOfAnEvenNumberIsTheUpperOne) {
  EXPECT_EQ(upper_median(std::vector<double>{3.0, 1.0, 2.0}), 2.0);
  EXPECT_EQ(upper_median(std::vector<std::int64_t>{40, 10, 30, 20}), 30);
}

}  // namespace
}  // namespace cutlink
