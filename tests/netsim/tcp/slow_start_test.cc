#include "netsim/tcp/slow_start.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

// A hop of one microsecond a segment of 1000 bytes; 7 modelled bytes a flight.
class PlainHop final : public Hop {
 public:
  [[nodiscard]] Micros flight_time(Direction, std::uint64_t payload) const override {
    return Micros{static_cast<double>(payload) / 1000.0};
  }
  [[nodiscard]] Micros round_trip_share(Direction, std::uint64_t) const override { return Micros{1.0}; }
  [[nodiscard]] Micros release_time() const override { return Micros{0.0}; }
  [[nodiscard]] double payload_rate_bps(Direction) const override { return 8e9; }
  [[nodiscard]] std::uint64_t modelled_bytes(std::uint64_t) const override { return 7; }
  [[nodiscard]] std::string describe() const override { return "plain"; }
};

Rounds play(std::uint64_t segments, std::uint64_t window, std::uint64_t cap, double round_trip) {
  static const PlainHop hop;
  return play_rounds({.hop = hop,
                      .direction = Direction::up,
                      .payload = segments * 1000,
                      .mss = 1000,
                      .window = window,
                      .cap = cap,
                      .round_trip = Micros{round_trip}});
}

TEST(SlowStart, AMessageWithinTheWindowDoesNotWait) {
  const Rounds rounds = play(10, 10, 1000, 100);
  EXPECT_DOUBLE_EQ(rounds.waited.count(), 0.0);
  EXPECT_EQ(rounds.rest, 10000U);
  EXPECT_EQ(rounds.window_after, 20U);
  EXPECT_EQ(rounds.modelled_bytes, 7U);
}

TEST(SlowStart, TheWindowDoublesEachRoundUntilThePipeIsFull) {
  // 10, 20, 40, 80 at once take less than a round trip of 100; 160 fill it.
  const Rounds rounds = play(1000, 10, 100000, 100);
  EXPECT_DOUBLE_EQ(rounds.waited.count(), 400.0);
  EXPECT_EQ(rounds.rest, (1000U - 150) * 1000);
  EXPECT_EQ(rounds.modelled_bytes, 5U * 7);
}

TEST(SlowStart, TheLastRoundTakesTheRest) {
  const Rounds rounds = play(31, 10, 1000, 100);
  EXPECT_DOUBLE_EQ(rounds.waited.count(), 200.0);  // 10, then 20, then 1
  EXPECT_EQ(rounds.rest, 1000U);
  EXPECT_EQ(rounds.window_after, 40U);  // one segment in a window of 40 does not open it
}

TEST(SlowStart, AWindowOpensWhileMoreThanHalfOfItIsUsed) {
  EXPECT_EQ(play(5, 10, 1000, 100).window_after, 10U);
  EXPECT_EQ(play(6, 10, 1000, 100).window_after, 16U);
  EXPECT_EQ(play(9, 10, 12, 100).window_after, 12U);
}

TEST(SlowStart, AtTheCapEveryRoundIsAlike) {
  const Rounds rounds = play(1000, 10, 20, 100);
  // 10, then 20 a round: 49 rounds hold 970 + 10; the last 10 of 990 wait for the 50th.
  EXPECT_DOUBLE_EQ(rounds.waited.count(), 5000.0);
  EXPECT_EQ(rounds.rest, 10000U);
  EXPECT_EQ(rounds.window_after, 20U);
  EXPECT_EQ(rounds.modelled_bytes, 51U * 7);
  const Rounds exact = play(1010, 10, 20, 100);  // 10 + 50 x 20: the last flight is full
  EXPECT_DOUBLE_EQ(exact.waited.count(), 5000.0);
  EXPECT_EQ(exact.rest, 20000U);
}

TEST(SlowStart, ThePartialSegmentStaysPartial) {
  static const PlainHop hop;
  const Rounds rounds = play_rounds({.hop = hop,
                                     .direction = Direction::up,
                                     .payload = 10001,
                                     .mss = 1000,
                                     .window = 10,
                                     .cap = 100,
                                     .round_trip = Micros{100}});
  EXPECT_EQ(rounds.rest, 1U);
}

}  // namespace
}  // namespace cutlink::netsim
