#include "compare/loss_difference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace cutlink::compare {
namespace {

TEST(LossDifferenceTest, IsAPairedTInterval) {
  const LossDifference d = loss_difference({0.01, 0.02, 0.06});
  EXPECT_EQ(d.pairs, 3U);
  EXPECT_NEAR(d.mean, 0.03, 1e-12);
  EXPECT_NEAR(d.deviation, 0.0264575, 1e-6);
  // 4.3027 · 0.0264575 / √3
  EXPECT_NEAR(*d.low, 0.03 - 0.0657242, 1e-5);
  EXPECT_NEAR(*d.high, 0.03 + 0.0657242, 1e-5);
  EXPECT_FALSE(loss_difference({0.01}).low.has_value());
  EXPECT_EQ(loss_difference({}).pairs, 0U);
}

TEST(LossDifferenceTest, JudgesByTheIntervalsEnds) {
  const auto between = [](double low, double high) {
    LossDifference d;
    d.pairs = 3;
    d.low = low;
    d.high = high;
    return d;
  };
  EXPECT_EQ(judge(between(-0.5, 0.01), 0.01), Judgement::no_worse);
  EXPECT_EQ(judge(between(-0.5, 0.0101), 0.01), Judgement::undecided);
  EXPECT_EQ(judge(between(0.01, 0.02), 0.01), Judgement::undecided);
  EXPECT_EQ(judge(between(0.0101, 0.02), 0.01), Judgement::worse);
  EXPECT_EQ(judge(loss_difference({-1.0}), 0.01), Judgement::undecided);  // one pair settles nothing
  EXPECT_EQ(judge(loss_difference({0.0, 0.0}), 0.01), Judgement::no_worse);
}

TEST(LossDifferenceTest, SaysHowManyPairsWouldSettleIt) {
  EXPECT_FALSE(pairs_to_settle(loss_difference({0.5}), 0.01).has_value());
  EXPECT_FALSE(pairs_to_settle(loss_difference({0.0, 0.02}), 0.01).has_value());  // the mean is the margin
  const LossDifference d = loss_difference({-0.01, 0.012, -0.02, 0.014});
  ASSERT_EQ(judge(d, 0.01), Judgement::undecided);
  const std::size_t pairs = pairs_to_settle(d, 0.01).value();
  EXPECT_GT(pairs, 4U);
  // So many with this mean and deviation do settle it, and one less does not.
  const auto judged_at = [&](std::size_t n) {
    std::vector<double> differences(n, d.mean);
    const double spread = d.deviation * std::sqrt(static_cast<double>(n - 1) / 2.0);
    differences[0] += spread;
    differences[1] -= spread;
    return judge(loss_difference(differences), 0.01);
  };
  EXPECT_EQ(judged_at(pairs), Judgement::no_worse);
  EXPECT_EQ(judged_at(pairs - 1), Judgement::undecided);
}

// Seeds are drawn from a distribution whose mean is known: the interval must hold it 95 times in 100.
TEST(LossDifferenceTest, TheIntervalCoversTheMean) {
  std::mt19937_64 random(1);
  for (const std::size_t seeds : {2U, 3U, 5U, 10U}) {
    std::normal_distribution<double> differences(0.02, 0.03);
    int covered = 0;
    constexpr int draws = 2000;
    for (int i = 0; i < draws; ++i) {
      std::vector<double> drawn(seeds);
      for (double& value : drawn) {
        value = differences(random);
      }
      const LossDifference d = loss_difference(drawn);
      covered += *d.low <= 0.02 && 0.02 <= *d.high ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(covered) / draws, 0.95, 0.02) << seeds << " seeds";
  }
}

TEST(LossDifferenceTest, WorseInEverySeedIsNeverNoWorse) {
  std::mt19937_64 random(2);
  for (std::size_t seeds = 2; seeds <= 10; ++seeds) {
    std::exponential_distribution<double> beyond(1.0 / 0.02);
    for (int i = 0; i < 2000; ++i) {
      std::vector<double> drawn(seeds);
      for (double& value : drawn) {
        value = 0.01 + 1e-9 + beyond(random);
      }
      EXPECT_NE(judge(loss_difference(drawn), 0.01), Judgement::no_worse);
    }
  }
}

}  // namespace
}  // namespace cutlink::compare
