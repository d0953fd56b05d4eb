#include "codecs/uniform/width_shares.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace cutlink::codecs {
namespace {

BitPlan plan_of(const std::string& text) {
  return parse_parameters<BitPlan>(SpecParams("uniform:" + text, text));
}

CodecContext context_with_seed(std::uint64_t seed) {
  CodecContext context;
  context.seed = seed;
  return context;
}

TEST(WidthShares, TheFallIsLinearThenHeld) {
  const BitPlan fall = plan_of("bits=8-4,steps=8");
  EXPECT_EQ(fall.at(0, 100), 8.0);
  EXPECT_EQ(fall.at(1, 100), 7.5);
  EXPECT_EQ(fall.at(8, 100), 4.0);
  EXPECT_EQ(fall.at(99, 100), 4.0);
  EXPECT_EQ(fall.fall_steps(100), 8U);
  EXPECT_EQ(plan_of("bits=8-4").fall_steps(100), 33U);
  EXPECT_EQ(plan_of("bits=8-4").fall_steps(0), 1U);
  EXPECT_EQ(plan_of("bits=3").fall_steps(100), 0U);
  EXPECT_EQ(plan_of("bits=3").at(0, 100), 3.0);
}

TEST(WidthShares, TheSumIsTheRoundedOne) {
  WidthShares shares(context_with_seed(1));
  for (double bits = 1.0; bits <= 8.0; bits += 0.125) {
    for (const std::size_t columns : {0U, 1U, 2U, 13U, 100U}) {
      const std::vector<std::uint8_t> widths = shares.widths(bits, columns);
      EXPECT_EQ(std::accumulate(widths.begin(), widths.end(), std::uint64_t{0}), share_sum(bits, columns));
      for (const std::uint8_t b : widths) {
        EXPECT_TRUE(b == std::floor(bits) || b == std::floor(bits) + 1);
      }
    }
  }
  EXPECT_EQ(share_sum(2.5, 13), 33U);  // 32.5 rounds up
}

TEST(WidthShares, FixedOverTheRunKeyedByTheSeed) {
  WidthShares one(context_with_seed(1));
  WidthShares again(context_with_seed(1));
  WidthShares other(context_with_seed(2));
  static_cast<void>(again.widths(7.5, 10));  // what was asked before does not matter
  EXPECT_EQ(one.widths(2.5, 64), again.widths(2.5, 64));
  EXPECT_NE(one.widths(2.5, 64), other.widths(2.5, 64));
}

TEST(WidthShares, AColumnNeverGoesBackUpInAFall) {
  WidthShares shares(context_with_seed(3));
  std::vector<std::uint8_t> before = shares.widths(8.0, 77);
  for (double bits = 8.0; bits >= 4.0; bits -= 0.05) {
    const std::vector<std::uint8_t> now = shares.widths(bits, 77);
    for (std::size_t i = 0; i < now.size(); ++i) {
      EXPECT_LE(now[i], before[i]);
    }
    before = now;
  }
}

}  // namespace
}  // namespace cutlink::codecs
