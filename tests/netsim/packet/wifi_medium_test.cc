#include "netsim/packet/wifi_medium.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "netsim/wifi/wifi_hop.h"

namespace cutlink::netsim {
namespace {

constexpr std::uint32_t full = 1500;
constexpr std::uint32_t ack = 52;

WifiLinkSpec spec_of(const char* standard, unsigned width, unsigned mcs, unsigned contenders = 0) {
  WifiLinkSpec spec;
  spec.standard = standard;
  spec.width_mhz = width;
  spec.mcs = mcs;
  spec.contenders = contenders;
  return spec;
}

// A window of packets in flight, an acknowledgement for every second one: TCP's traffic without its start.
// Returns the payload rate, in bits per second.
double window_rate(const WifiLinkSpec& spec, Direction data, unsigned window, double seconds,
                   std::uint64_t seed) {
  WifiMedium medium(spec, Bytes{10'000'000}, full, seed);
  const Direction back = data == Direction::up ? Direction::down : Direction::up;
  const auto end = Instant{static_cast<std::int64_t>(seconds * 1e9)};
  std::multimap<Instant, Departure> arrivals;  // at the far ends
  std::vector<Departure> out;
  std::uint64_t delivered = 0;
  for (unsigned i = 0; i < window; ++i) {
    EXPECT_TRUE(medium.offer(data, {i, full}, Instant{}));
  }
  bool odd = false;
  for (;;) {
    const Instant start = medium.next_start();
    const Instant now = arrivals.empty() ? start : std::min(start, arrivals.begin()->first);
    if (now >= end) {
      return static_cast<double>(delivered) * 1448 * 8 / seconds;
    }
    out.clear();
    medium.advance(now, out);
    for (const Departure& d : out) {
      arrivals.emplace(d.at, d);
    }
    while (!arrivals.empty() && arrivals.begin()->first <= now) {
      const Departure d = arrivals.begin()->second;
      arrivals.erase(arrivals.begin());
      if (d.direction == data) {
        ++delivered;
        odd = !odd;
        if (!odd) {
          EXPECT_TRUE(medium.offer(back, {0, ack}, now));
        }
      } else {
        EXPECT_TRUE(medium.offer(data, {0, full}, now));
        EXPECT_TRUE(medium.offer(data, {0, full}, now));
      }
    }
  }
}

double closed_form(const WifiLinkSpec& spec) {
  return WifiHop(spec, segmenting_of(TcpSpec{})).payload_rate_bps(Direction::up);
}

TEST(WifiMedium, OneFlowMeetsTheClosedForm) {
  for (const WifiLinkSpec& spec :
       {spec_of("802.11ac", 80, 4), spec_of("802.11ac", 80, 7), spec_of("802.11n", 40, 7),
        spec_of("802.11ax", 80, 7), spec_of("802.11n", 20, 3)}) {
    for (const Direction direction : {Direction::up, Direction::down}) {
      const double rate = window_rate(spec, direction, 1000, 4.0, 1);
      EXPECT_NEAR(rate / closed_form(spec), 1.0, 0.06)
          << spec.standard << " MCS" << spec.mcs << ": " << rate / 1e6 << " Mbit/s";
    }
  }
}

TEST(WifiMedium, ContendersTakeTheirTurns) {
  for (const unsigned contenders : {1U, 2U, 4U}) {
    const WifiLinkSpec spec = spec_of("802.11ac", 80, 7, contenders);
    const double rate = window_rate(spec, Direction::up, 1000, 10.0, 1);
    EXPECT_NEAR(rate / closed_form(spec), 1.0, 0.25) << contenders << ": " << rate / 1e6 << " Mbit/s";
  }
}

TEST(WifiMedium, AnIdleMediumIsTakenAtOnce) {
  const WifiLinkSpec spec = spec_of("802.11ac", 80, 4);
  WifiMedium medium(spec, Bytes{1'000'000}, full, 1);
  EXPECT_EQ(medium.next_start(), never);
  const Instant at = std::chrono::milliseconds{3};
  ASSERT_TRUE(medium.offer(Direction::up, {1, full}, at));
  EXPECT_EQ(medium.next_start(), at);
  std::vector<Departure> out;
  medium.advance(at, out);
  ASSERT_EQ(out.size(), 1U);
  const Micros frame = WifiPhy(spec).frame_time(1544);
  EXPECT_EQ(out[0].at, at + Instant{static_cast<std::int64_t>(frame.count() * 1e3)});
}

TEST(WifiMedium, WhatWaitsTravelsInOneAggregate) {
  WifiMedium medium(spec_of("802.11ac", 80, 7), Bytes{1'000'000}, full, 1);
  for (std::uint32_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(medium.offer(Direction::down, {i, full}, Instant{}));
  }
  std::vector<Departure> out;
  medium.advance(Instant{}, out);
  ASSERT_EQ(out.size(), 64U);
  EXPECT_EQ(out.front().at, out.back().at);
  medium.advance(std::chrono::milliseconds{100}, out);
  ASSERT_EQ(out.size(), 100U);
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(out[i].packet.slot, i);
  }
}

TEST(WifiMedium, TheOutcomeDoesNotDependOnHowOftenItIsAsked) {
  std::vector<std::vector<Departure>> runs;
  for (const int step_us : {7, 1000}) {
    WifiMedium medium(spec_of("802.11ac", 80, 4, 1), Bytes{200'000}, full, 5);
    std::vector<Departure> out;
    for (int t = 0; t < 200'000; ++t) {
      const Instant now = std::chrono::microseconds{t};
      if (t % step_us == 0) {
        medium.advance(now, out);
        static_cast<void>(medium.next_start());
      }
      if (t % 100 == 0) {
        const Direction direction = t % 300 == 0 ? Direction::down : Direction::up;
        medium.advance(now, out);
        static_cast<void>(medium.offer(direction, {static_cast<std::uint32_t>(t), full}, now));
      }
    }
    runs.push_back(out);
  }
  ASSERT_GT(runs[0].size(), 500U);
  const std::size_t common = std::min(runs[0].size(), runs[1].size());
  for (std::size_t i = 0; i < common; ++i) {
    ASSERT_EQ(runs[0][i].packet.slot, runs[1][i].packet.slot) << i;
    ASSERT_EQ(runs[0][i].at, runs[1][i].at) << i;
  }
}

// Contenders have hundreds of turns a second: those of years would take minutes to play.
TEST(WifiMedium, ALongSilenceCostsNothing) {
  WifiMedium medium(spec_of("802.11ac", 80, 7, 2), Bytes{1'000'000}, full, 3);
  std::vector<Departure> out;
  for (int year = 1; year <= 20; ++year) {
    const Instant now = std::chrono::hours{24 * 365 * year};
    medium.advance(now, out);
    ASSERT_TRUE(medium.offer(Direction::up, {static_cast<std::uint32_t>(year), full}, now));
    EXPECT_GE(medium.next_start(), now);
    medium.advance(now + std::chrono::seconds{1}, out);
    ASSERT_EQ(out.size(), static_cast<std::size_t>(year));
    EXPECT_GT(out.back().at, now);
    EXPECT_LT(out.back().at, now + std::chrono::milliseconds{500});
  }
}

TEST(WifiMedium, RtsMakesCollisionsCheap) {
  WifiLinkSpec spec = spec_of("802.11ac", 80, 4, 2);
  const double without = window_rate(spec, Direction::up, 1000, 10.0, 1);
  spec.rts_cts = true;
  EXPECT_GT(window_rate(spec, Direction::up, 1000, 10.0, 1), 1.05 * without);
}

TEST(WifiMedium, BothDirectionsShareTheAir) {
  WifiMedium medium(spec_of("802.11ac", 80, 7), Bytes{100'000'000}, full, 2);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    ASSERT_TRUE(medium.offer(Direction::up, {i, full}, Instant{}));
    ASSERT_TRUE(medium.offer(Direction::down, {i, full}, Instant{}));
  }
  std::vector<Departure> out;
  medium.advance(std::chrono::seconds{1}, out);
  std::array<double, 2> bits{};
  for (const Departure& d : out) {
    bits[static_cast<std::size_t>(d.direction)] += 1500 * 8;
  }
  EXPECT_NEAR(bits[0] / bits[1], 1.0, 0.1);
  EXPECT_LT(bits[0] + bits[1], WifiPhy(spec_of("802.11ac", 80, 7)).rate_bps());
  EXPECT_GT(bits[0] + bits[1], 0.75 * WifiPhy(spec_of("802.11ac", 80, 7)).rate_bps());
}

}  // namespace
}  // namespace cutlink::netsim
