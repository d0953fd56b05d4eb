#include "netsim/packet/jitter_curve.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

using std::chrono::milliseconds;

TEST(JitterCurve, StaysInBoundsKeepsOrderAndFillsTheRange) {
  const JitterCurve curve(milliseconds{20}, 9, Direction::up);
  Instant last_due{};
  double sum_ms = 0.0;
  Nanoseconds least = Nanoseconds::max();
  Nanoseconds most{};
  constexpr int count = 400'000;
  for (int i = 0; i < count; ++i) {
    const Instant time = std::chrono::microseconds{50} * i;
    const Nanoseconds extra = curve.at(time);
    ASSERT_GE(extra, Nanoseconds::zero());
    ASSERT_LE(extra, milliseconds{20});
    ASSERT_GE(time + extra, last_due);
    last_due = time + extra;
    sum_ms += std::chrono::duration<double, std::milli>(extra).count();
    least = std::min(least, extra);
    most = std::max(most, extra);
  }
  EXPECT_NEAR(sum_ms / count, 10.0, 1.0);
  EXPECT_LT(least, milliseconds{1});
  EXPECT_GT(most, milliseconds{19});
}

TEST(JitterCurve, NoneIsNone) {
  EXPECT_EQ(JitterCurve(Nanoseconds{}, 1, Direction::up).at(milliseconds{5}), Nanoseconds{});
}

TEST(JitterCurve, KeyedBySeedAndDirection) {
  const JitterCurve curve(milliseconds{20}, 9, Direction::up);
  EXPECT_EQ(JitterCurve(milliseconds{20}, 9, Direction::up).at(milliseconds{7}), curve.at(milliseconds{7}));
  EXPECT_NE(JitterCurve(milliseconds{20}, 8, Direction::up).at(milliseconds{7}), curve.at(milliseconds{7}));
  EXPECT_NE(JitterCurve(milliseconds{20}, 9, Direction::down).at(milliseconds{7}), curve.at(milliseconds{7}));
}

}  // namespace
}  // namespace cutlink::netsim
