#include "netsim/shape/shaped_link.h"

#include <gtest/gtest.h>

#include "netsim/bottleneck_of.h"
#include "netsim/spec/link_short_form.h"

namespace cutlink::netsim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t stream = 7;

// Sends `bytes` as fast as the link takes them and wakes only when told. When the last one arrived.
Instant carry(ShapedLink& link, Direction direction, std::uint64_t bytes, Instant now = {}) {
  std::uint64_t entered = 0;
  std::uint64_t arrived = 0;
  Instant last{};
  while (arrived < bytes) {
    const std::uint64_t more = std::min(link.room(direction), bytes - entered);
    link.send(direction, stream, more, now);
    entered += more;
    now = link.next_wake();
    EXPECT_NE(now, never) << "bytes are under way";
    while (const auto arrival = link.take(direction, now)) {
      EXPECT_EQ(arrival->stream, stream);
      arrived += arrival->bytes;
      last = arrival->due;
    }
  }
  EXPECT_EQ(arrived, bytes);
  return last;
}

void expect_as_modelled(const std::string& text, Direction direction, double tolerance,
                        const std::vector<std::uint64_t>& sizes = {100'000, 1'000'000, 10'000'000}) {
  const LinkSpec spec = parse_link_short_form(text);
  const auto model = make_link(shaped_likeness(spec), 1);
  for (const std::uint64_t bytes : sizes) {
    ShapedLink link(spec, 1);
    const double ms = static_cast<double>(carry(link, direction, bytes).count()) / 1e6;
    const double expected = static_cast<double>(model->transfer_time(direction, Bytes{bytes}).count()) / 1e6;
    EXPECT_NEAR(ms / expected, 1.0, tolerance) << text << ", " << bytes << " bytes: " << ms << " ms";
  }
}

TEST(ShapedLink, TakesTheModelsTime) {
  expect_as_modelled("fixed:rate=10Mbit/s,delay=10ms", Direction::up, 1e-3);
  expect_as_modelled("fixed:up=20Mbit/s,down=100Mbit/s,delay=2ms", Direction::down, 1e-3);
  expect_as_modelled("fixed:rate=500Mbit/s,delay=1ms", Direction::up, 1e-3);
  expect_as_modelled("fixed:rate=100Mbit/s,tcp=off", Direction::up, 1e-3);
}

TEST(ShapedLink, AcknowledgementsTakeTheSharedMediumToo) {
  expect_as_modelled("fixed:rate=50Mbit/s,delay=2ms,duplex=half", Direction::up, 1e-2);
  expect_as_modelled("wifi:standard=802.11ac,width=80MHz,mcs=4,delay=2.5ms", Direction::up, 0.08,
                     {1'000'000, 10'000'000});
  expect_as_modelled("wifi:standard=802.11ac,width=80MHz,mcs=4,delay=2.5ms", Direction::down, 0.08,
                     {1'000'000, 10'000'000});
}

TEST(ShapedLink, BothDirectionsOfHalfDuplexShareTheRate) {
  ShapedLink link(parse_link_short_form("fixed:rate=12Mbit/s,duplex=half,tcp=off"), 1);
  std::array<std::uint64_t, 2> arrived{};
  for (Instant now{}; now <= seconds{4}; now += milliseconds{1}) {
    for (const Direction direction : {Direction::up, Direction::down}) {
      link.send(direction, stream, link.room(direction), now);
      while (const auto arrival = link.take(direction, now)) {
        arrived[static_cast<std::size_t>(direction)] += arrival->bytes;
      }
    }
  }
  EXPECT_NEAR(static_cast<double>(arrived[0]), 3e6, 3e4);  // half of 12 Mbit/s for 4 s
  EXPECT_NEAR(static_cast<double>(arrived[1]), 3e6, 3e4);
}

// The room is the back-pressure: what queue and delay hold, and not one byte beyond.
TEST(ShapedLink, AFullQueueHoldsTheSenderBack) {
  ShapedLink link(parse_link_short_form("fixed:rate=8Mbit/s,delay=10ms,queue=30kB"), 1);
  EXPECT_EQ(link.room(Direction::up), 40'000U);  // 30 kB, and 1 byte/us for 10 ms
  link.send(Direction::up, stream, 40'000, {});
  EXPECT_EQ(link.room(Direction::up), 0U);
  EXPECT_EQ(link.room(Direction::down), 40'000U);
  EXPECT_FALSE(link.take(Direction::up, milliseconds{11}));
  const auto first = link.take(Direction::up, milliseconds{12});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->due, Nanoseconds{11'500'000});
  EXPECT_EQ(link.room(Direction::up), first->bytes);
}

// However late the caller looks, nothing is lost of the rate while something waits.
TEST(ShapedLink, LatenessDoesNotAddUp) {
  const LinkSpec spec = parse_link_short_form("fixed:rate=100Mbit/s,delay=5ms");
  ShapedLink link(spec, 1);
  std::uint64_t entered = 0;
  std::uint64_t arrived = 0;
  Instant last{};
  for (Instant now{}; arrived < 10'000'000; now += milliseconds{30}) {
    while (const auto arrival = link.take(Direction::up, now)) {
      arrived += arrival->bytes;
      last = arrival->due;
    }
    const std::uint64_t more = std::min<std::uint64_t>(link.room(Direction::up), 10'000'000 - entered);
    link.send(Direction::up, stream, more, now);
    entered += more;
  }
  const auto model = make_link(shaped_likeness(spec), 1)->transfer_time(Direction::up, Bytes{10'000'000});
  EXPECT_NEAR(static_cast<double>(last.count()), static_cast<double>(model.count()), 2e6);
}

TEST(ShapedLink, JitterDelaysAndKeepsTheOrder) {
  ShapedLink link(parse_link_short_form("fixed:rate=100Mbit/s,delay=5ms,jitter=20ms"), 3);
  Instant last{};
  Nanoseconds most{};
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const Instant now = milliseconds{1} * static_cast<std::int64_t>(i);
    link.send(Direction::up, i, 10, now);
    while (const auto arrival = link.take(Direction::up, now)) {
      EXPECT_GE(arrival->due, last);
      last = arrival->due;
      most = std::max(most, arrival->due - milliseconds{1} * static_cast<std::int64_t>(arrival->stream));
    }
  }
  EXPECT_GT(most, milliseconds{15});
  EXPECT_LT(most, milliseconds{26});
}

TEST(ShapedLink, AnEndComesBehindTheBytes) {
  ShapedLink link(parse_link_short_form("fixed:rate=8Mbit/s,delay=10ms"), 1);
  link.send(Direction::up, stream, 100, {});
  link.send(Direction::up, stream, ShapedLink::Mark::end, {});
  link.send(Direction::up, stream + 1, ShapedLink::Mark::reset, {});
  const auto bytes = link.take(Direction::up, milliseconds{50});
  const auto end = link.take(Direction::up, milliseconds{50});
  const auto reset = link.take(Direction::up, milliseconds{50});
  ASSERT_TRUE(bytes && end && reset);
  EXPECT_EQ(bytes->bytes, 100U);
  EXPECT_EQ(bytes->mark, ShapedLink::Mark::none);
  EXPECT_EQ(end->mark, ShapedLink::Mark::end);
  EXPECT_EQ(end->due - bytes->due, Nanoseconds{52'000});
  EXPECT_EQ(reset->stream, stream + 1);
  EXPECT_EQ(reset->mark, ShapedLink::Mark::reset);
}

TEST(ShapedLink, SaysWhatItLacksAndLosesNothing) {
  const LinkSpec spec = parse_link_short_form("fixed:rate=8Mbit/s,loss_up=100%");
  ShapedLink link(spec, 1);
  EXPECT_GT(carry(link, Direction::up, 10'000), Instant{});
  EXPECT_NE(shaped_lacks(spec).find("the link's loss (100% up, 0% down) is left out"), std::string::npos)
      << shaped_lacks(spec);
  EXPECT_EQ(shaped_lacks(parse_link_short_form("fixed:rate=8Mbit/s")).find("loss"), std::string::npos);
}

TEST(ShapedLink, RefusesWhatCannotBe) {
  LinkSpec spec = parse_link_short_form("fixed:rate=8Mbit/s");
  fixed_of(spec).up = {};
  EXPECT_THROW(ShapedLink(spec, 1), Error);
}

}  // namespace
}  // namespace cutlink::netsim
