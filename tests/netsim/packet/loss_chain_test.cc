#include "netsim/packet/loss_chain.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace cutlink::netsim {
namespace {

std::vector<bool> play(const LossSpec& spec, std::uint64_t seed, std::size_t packets,
                       Direction direction = Direction::up) {
  LossChain chain(spec, seed, direction);
  std::vector<bool> lost;
  for (std::size_t i = 0; i < packets; ++i) {
    lost.push_back(chain.next_is_lost());
  }
  return lost;
}

double share(const std::vector<bool>& lost) {
  return static_cast<double>(std::count(lost.begin(), lost.end(), true)) / static_cast<double>(lost.size());
}

TEST(LossChain, NoneByDefault) { EXPECT_EQ(share(play({}, 1, 1000)), 0.0); }

TEST(LossChain, AtRandom) {
  const double p = 0.01;
  const std::size_t n = 200'000;
  const auto lost = play({.in_good = p}, 7, n);
  EXPECT_NEAR(share(lost), p, 4.0 * std::sqrt(p * (1 - p) / static_cast<double>(n)));
  std::size_t pairs = 0;  // neither more nor fewer neighbours than chance has
  for (std::size_t i = 1; i < n; ++i) {
    pairs += lost[i] && lost[i - 1] ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(pairs), p * p * static_cast<double>(n),
              4.0 * std::sqrt(p * p * static_cast<double>(n)));
}

TEST(LossChain, GilbertElliottLosesInBursts) {
  const LossSpec spec{.to_bad = 0.002, .to_good = 0.2};
  EXPECT_NEAR(spec.mean(), 0.0099, 1e-4);
  const auto lost = play(spec, 3, 500'000);
  EXPECT_NEAR(share(lost), spec.mean(), 0.05 * spec.mean() * 3);
  std::size_t bursts = 0;
  std::size_t losses = 0;
  for (std::size_t i = 0; i < lost.size(); ++i) {
    losses += lost[i] ? 1 : 0;
    bursts += lost[i] && (i == 0 || !lost[i - 1]) ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(losses) / static_cast<double>(bursts), 1.0 / spec.to_good, 0.5);
}

TEST(LossChain, EachStateHasItsOwnChance) {
  const LossSpec spec{.to_bad = 0.1, .to_good = 0.3, .in_bad = 0.5, .in_good = 0.02};
  EXPECT_DOUBLE_EQ(spec.mean(), 0.25 * 0.5 + 0.75 * 0.02);
  EXPECT_NEAR(share(play(spec, 5, 400'000)), spec.mean(), 0.003);
}

TEST(LossChain, KeyedBySeedAndDirection) {
  const LossSpec spec{.in_good = 0.3};
  EXPECT_EQ(play(spec, 1, 500), play(spec, 1, 500));
  EXPECT_NE(play(spec, 1, 500), play(spec, 2, 500));
  EXPECT_NE(play(spec, 1, 500), play(spec, 1, 500, Direction::down));
}

}  // namespace
}  // namespace cutlink::netsim
