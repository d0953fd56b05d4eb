#include "netsim/packet/fixed_medium.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

constexpr Instant us(std::int64_t count) { return std::chrono::microseconds{count}; }

FixedMedium make(Duplex duplex, double up_bps = 12e6, double down_bps = 12e6,
                 std::uint64_t queue = 1'000'000) {
  return {{Bytes{queue}, std::make_unique<ConstantRate>(BitRate{up_bps})},
          {Bytes{queue}, std::make_unique<ConstantRate>(BitRate{down_bps})},
          duplex};
}

std::vector<Departure> all(FixedMedium& medium, Instant now) {
  std::vector<Departure> out;
  medium.advance(now, out);
  return out;
}

TEST(FixedMedium, DeparturesFollowFromArrivalsHoweverLateItIsAsked) {
  // 1500 bytes take 1 ms. Once asked after every microsecond, once only at the end.
  const std::vector<std::int64_t> arrivals_us = {0, 0, 500, 6000, 6001};
  const std::vector<std::int64_t> expected_us = {1000, 2000, 3000, 7000, 8000};
  for (const bool often : {true, false}) {
    FixedMedium medium = make(Duplex::full);
    std::vector<Departure> out;
    std::size_t next = 0;
    for (std::int64_t t = 0; t <= 10'000; ++t) {
      if (often) {
        medium.advance(us(t), out);
      }
      while (next < arrivals_us.size() && arrivals_us[next] == t) {
        medium.advance(us(t), out);
        ASSERT_TRUE(medium.offer(Direction::up, {static_cast<std::uint32_t>(next++), 1500}, us(t)));
      }
    }
    medium.advance(us(20'000), out);
    ASSERT_EQ(out.size(), expected_us.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      EXPECT_EQ(out[i].packet.slot, i);
      EXPECT_EQ(out[i].at, us(expected_us[i])) << "packet " << i << (often ? " often" : " once");
    }
    EXPECT_EQ(medium.next_start(), never);
  }
}

TEST(FixedMedium, FullDuplexDirectionsDoNotMeet) {
  FixedMedium medium = make(Duplex::full, 12e6, 24e6);
  ASSERT_TRUE(medium.offer(Direction::up, {0, 1500}, us(0)));
  ASSERT_TRUE(medium.offer(Direction::down, {1, 1500}, us(0)));
  const auto out = all(medium, us(0));
  ASSERT_EQ(out.size(), 2U);
  for (const Departure& d : out) {
    EXPECT_EQ(d.at, d.direction == Direction::up ? us(1000) : us(500));
  }
}

TEST(FixedMedium, HalfDuplexTakesTurns) {
  FixedMedium medium = make(Duplex::half);
  for (std::uint32_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(medium.offer(Direction::up, {i, 1500}, us(0)));
  }
  for (std::uint32_t i = 10; i < 12; ++i) {
    ASSERT_TRUE(medium.offer(Direction::down, {i, 1500}, us(0)));
  }
  const auto out = all(medium, us(10'000));
  std::vector<std::uint32_t> order;
  for (std::size_t i = 0; i < out.size(); ++i) {
    order.push_back(out[i].packet.slot);
    EXPECT_EQ(out[i].at, us(1000 * static_cast<std::int64_t>(i + 1)));
  }
  EXPECT_EQ(order, (std::vector<std::uint32_t>{0, 10, 1, 11, 2, 3}));
}

TEST(FixedMedium, HalfDuplexServesWhoCameFirst) {
  FixedMedium medium = make(Duplex::half);
  std::vector<Departure> out;
  ASSERT_TRUE(medium.offer(Direction::down, {0, 1500}, us(0)));
  medium.advance(us(100), out);
  ASSERT_TRUE(medium.offer(Direction::down, {1, 1500}, us(100)));
  medium.advance(us(200), out);
  ASSERT_TRUE(medium.offer(Direction::up, {2, 1500}, us(200)));
  medium.advance(us(9000), out);
  ASSERT_EQ(out.size(), 3U);
  // Down had the medium last, so up, which waits as well when it comes free, goes before its second packet.
  EXPECT_EQ(out[1].packet.slot, 2U);
  EXPECT_EQ(out[2].at, us(3000));
}

TEST(FixedMedium, TheQueueIsWhatWaits) {
  FixedMedium medium = make(Duplex::full, 12e6, 12e6, 3000);
  std::vector<Departure> out;
  ASSERT_TRUE(medium.offer(Direction::up, {0, 1500}, us(0)));
  medium.advance(us(1), out);  // on the wire
  ASSERT_TRUE(medium.offer(Direction::up, {1, 1500}, us(1)));
  ASSERT_TRUE(medium.offer(Direction::up, {2, 1500}, us(1)));
  EXPECT_FALSE(medium.offer(Direction::up, {3, 1500}, us(1)));
  EXPECT_TRUE(medium.offer(Direction::down, {4, 1500}, us(1)));
  EXPECT_EQ(medium.next_start(), us(1));
  medium.advance(us(1000), out);
  EXPECT_TRUE(medium.offer(Direction::up, {5, 1500}, us(1000)));
}

}  // namespace
}  // namespace cutlink::netsim
