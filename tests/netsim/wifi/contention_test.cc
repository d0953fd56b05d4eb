#include "netsim/wifi/contention.h"

#include <gtest/gtest.h>

#include <cmath>

#include "netsim/wifi/phy.h"

namespace cutlink::netsim {
namespace {

TEST(Contention, AloneAStationNeverCollides) {
  const Contention alone = solve_contention(1);
  EXPECT_DOUBLE_EQ(alone.collides, 0.0);
  EXPECT_DOUBLE_EQ(alone.transmits, 2.0 / 17.0);  // 1 / (1 + 7.5 slots)
}

TEST(Contention, TheFixedPointHolds) {
  for (const unsigned n : {2U, 3U, 5U}) {
    const auto [tau, p] = solve_contention(n);
    EXPECT_NEAR(p, 1.0 - std::pow(1.0 - tau, n - 1.0), 1e-12);
    EXPECT_NEAR(tau,
                2.0 * (1.0 - 2.0 * p) / ((1.0 - 2.0 * p) * 17.0 + p * 16.0 * (1.0 - std::pow(2.0 * p, 6))),
                1e-12);
  }
}

TEST(Contention, TwoStationsCollideInATenthOfTheirFrames) {
  // By hand: tau = 0.1046 gives p = 0.1046, which gives tau = 1.5816 / (13.447 + 1.6736) = 0.1046.
  EXPECT_NEAR(solve_contention(2).collides, 0.1046, 0.0005);
}

TEST(Contention, MoreStationsCollideMore) {
  double before = 0.0;
  for (unsigned n = 2; n <= 5; ++n) {
    const double p = solve_contention(n).collides;
    EXPECT_GT(p, before);
    before = p;
  }
}

TEST(Contention, AloneASuccessCostsItsFrameAndTheMeanBackoff) {
  const Micros time = mean_time_per_success(1, Micros{2000.0}, Micros{3000.0});
  EXPECT_NEAR(time.count(), 2000.0 + 7.5 * slot.count(), 1e-9);
}

}  // namespace
}  // namespace cutlink::netsim
