#include "netsim/packet/rate_clock.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

TEST(ConstantRate, PartsOfANanosecondAreNotLost) {
  ConstantRate rate(BitRate{7e9});  // 1500 bytes: 1714.2857 ns
  Instant at{};
  for (int i = 0; i < 70'000; ++i) {
    at = rate.pass(at, 1500);
  }
  EXPECT_NEAR(static_cast<double>(at.count()), 70'000 * 1500 * 8 / 7.0, 1.0);
}

TEST(ConstantRate, StartsAtTheGivenTime) {
  ConstantRate rate(BitRate{12e6});
  EXPECT_EQ(rate.pass(Instant{5'000'000}, 1500), Instant{6'000'000});
  EXPECT_EQ(rate.pass(Instant{9'000'000}, 750), Instant{9'500'000});
}

}  // namespace
}  // namespace cutlink::netsim
