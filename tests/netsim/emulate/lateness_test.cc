#include "netsim/emulate/lateness.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

TEST(Lateness, NothingSeen) {
  const LatenessSummary summary = Lateness().summary();
  EXPECT_EQ(summary.packets, 0U);
  EXPECT_EQ(summary.max, Nanoseconds{});
  EXPECT_EQ(summary.p99, Nanoseconds{});
}

TEST(Lateness, QuantilesWithinABucket) {
  Lateness lateness;
  for (int i = 1; i <= 10'000; ++i) {
    lateness.add(std::chrono::microseconds{i});
  }
  const LatenessSummary summary = lateness.summary();
  EXPECT_EQ(summary.packets, 10'000U);
  EXPECT_NEAR(static_cast<double>(summary.median.count()), 5e6, 0.04 * 5e6);
  EXPECT_NEAR(static_cast<double>(summary.p99.count()), 9.9e6, 0.04 * 9.9e6);
  EXPECT_EQ(summary.max, std::chrono::milliseconds{10});
}

TEST(Lateness, EveryOrderOfMagnitudeHasItsBucket) {
  for (std::int64_t ns = 0; ns < (std::int64_t{1} << 60); ns = ns * 3 / 2 + 1) {
    Lateness lateness;
    lateness.add(Nanoseconds{ns});
    EXPECT_NEAR(static_cast<double>(lateness.summary().median.count()), static_cast<double>(ns),
                0.04 * static_cast<double>(ns));
  }
}

TEST(Lateness, EarlyCountsAsOnTime) {
  Lateness lateness;
  lateness.add(Nanoseconds{-5});
  EXPECT_EQ(lateness.summary().median, Nanoseconds{});
  EXPECT_EQ(lateness.summary().max, Nanoseconds{});
}

}  // namespace
}  // namespace cutlink::netsim
