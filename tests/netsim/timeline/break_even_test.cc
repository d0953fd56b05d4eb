#include "netsim/timeline/break_even.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

using std::chrono::milliseconds;

std::vector<TimelineEvent> batch(std::uint64_t bytes, int codec_ms) {
  return {{.kind = TimelineEvent::Kind::encode, .duration = milliseconds{codec_ms}},
          {.kind = TimelineEvent::Kind::message, .size = Bytes{bytes}},
          {.kind = TimelineEvent::Kind::work, .half = Half::server, .duration = milliseconds{100}},
          {.kind = TimelineEvent::Kind::message,
           .half = Half::server,
           .crossing = Crossing::act_down,
           .size = Bytes{bytes}}};
}

TEST(BreakEven, WithoutTcpItIsTheBytesSavedOverTheWorkAdded) {
  TcpSpec raw;
  raw.enabled = false;
  // 2 x 750 kB saved against 60 ms of coding: 12 Mbit / 0.06 s = 200 Mbit/s, whatever the delay.
  for (const int delay : {0, 20}) {
    const auto rate = break_even_rate(batch(1000000, 0), batch(250000, 60), milliseconds{delay}, raw);
    ASSERT_TRUE(rate);
    EXPECT_NEAR(rate->bps / 200e6, 1.0, 2e-3);
  }
}

TEST(BreakEven, OnEitherSideOfTheRateTheRightOneIsFaster) {
  const TcpSpec tcp;
  const auto reference = batch(3000000, 0);
  const auto candidate = batch(800000, 25);
  const milliseconds delay{3};
  const auto rate = break_even_rate(reference, candidate, delay, tcp);
  ASSERT_TRUE(rate);
  const auto time = [&](const std::vector<TimelineEvent>& events, double factor) {
    return settled_batch_time(events, {rate->bps * factor}, delay, tcp);
  };
  EXPECT_GT(time(reference, 0.98), time(candidate, 0.98));
  EXPECT_LT(time(reference, 1.02), time(candidate, 1.02));
}

TEST(BreakEven, NothingWhereTheReferenceNeverWins) {
  EXPECT_FALSE(break_even_rate(batch(1000000, 0), batch(250000, 0), milliseconds{5}, TcpSpec{}));
}

TEST(BreakEven, TheSlowestRateWhereTheReferenceAlwaysWins) {
  const auto rate = break_even_rate(batch(1000, 0), batch(2000, 50), milliseconds{5}, TcpSpec{});
  ASSERT_TRUE(rate);
  EXPECT_EQ(*rate, break_even_slowest);
}

}  // namespace
}  // namespace cutlink::netsim
