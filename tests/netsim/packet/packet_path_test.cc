#include "netsim/packet/packet_path.h"

#include <gtest/gtest.h>

#include "netsim/packet/fixed_medium.h"

namespace cutlink::netsim {
namespace {

using std::chrono::milliseconds;

std::unique_ptr<Medium> wire(std::uint64_t queue = 1'000'000) {  // 1500 bytes take 1 ms
  return std::make_unique<FixedMedium>(
      FixedMedium::Side{Bytes{queue}, std::make_unique<ConstantRate>(BitRate{12e6})},
      FixedMedium::Side{Bytes{queue}, std::make_unique<ConstantRate>(BitRate{12e6})}, Duplex::full);
}

Packet packet(PacketPool& pool) { return {pool.take(), 1500}; }

TEST(PacketPath, AddsSerialisationAndDelay) {
  PacketPool pool(1500);
  PacketPath path(wire(), {.before = {}, .after = {milliseconds{10}, milliseconds{20}}}, pool);
  path.offer(Direction::up, packet(pool), milliseconds{0});
  path.offer(Direction::up, packet(pool), milliseconds{0});
  path.offer(Direction::down, packet(pool), milliseconds{5});
  EXPECT_FALSE(path.take(Direction::up, milliseconds{11} - Nanoseconds{1}));
  const auto first = path.take(Direction::up, milliseconds{40});
  const auto second = path.take(Direction::up, milliseconds{40});
  const auto down = path.take(Direction::down, milliseconds{40});
  ASSERT_TRUE(first && second && down);
  EXPECT_EQ(first->due, milliseconds{11});
  EXPECT_EQ(second->due, milliseconds{12});
  EXPECT_EQ(down->due, milliseconds{26});
  EXPECT_FALSE(path.take(Direction::up, milliseconds{40}));
  EXPECT_EQ(path.next_wake(), never);
  EXPECT_EQ(path.counts(Direction::up).left_bytes, 3000U);
  EXPECT_EQ(path.counts(Direction::down).entered_packets, 1U);
}

TEST(PacketPath, DelayBeforeTheMediumComesFirst) {
  PacketPool pool(1500);
  PacketPath path(wire(), {.before = {milliseconds{7}, {}}, .after = {}}, pool);
  path.offer(Direction::up, packet(pool), milliseconds{0});
  path.offer(Direction::up, packet(pool), milliseconds{0});
  EXPECT_EQ(path.next_wake(), milliseconds{7});
  EXPECT_EQ(path.take(Direction::up, milliseconds{100})->due, milliseconds{8});
  EXPECT_EQ(path.take(Direction::up, milliseconds{100})->due, milliseconds{9});
}

// Whoever wakes only when told misses nothing.
TEST(PacketPath, NextWakeIsNeverTooLate) {
  PacketPool pool(1500);
  PacketPath path(wire(),
                  {.before = {milliseconds{1}, {}},
                   .after = {milliseconds{3}, milliseconds{2}},
                   .jitter = milliseconds{4},
                   .seed = 3},
                  pool);
  Instant now{};
  int taken = 0;
  for (int sent = 0; sent < 300 || path.next_wake() != never;) {
    if (sent < 300) {
      path.offer(sent % 3 == 0 ? Direction::down : Direction::up, packet(pool), now);
      ++sent;
    }
    const Instant wake = path.next_wake();
    ASSERT_GE(wake, Instant{});
    now = sent < 300 ? std::min(wake, now + std::chrono::microseconds{700}) : std::max(wake, now);
    for (const Direction direction : {Direction::up, Direction::down}) {
      while (const auto release = path.take(direction, now)) {
        pool.give_back(release->packet.slot);
        ++taken;
        // Up to the step of this loop while packets still enter.
        ASSERT_LE(now - release->due, sent < 300 ? std::chrono::microseconds{700} : Nanoseconds{0});
      }
    }
  }
  EXPECT_EQ(taken, 300);
  EXPECT_EQ(pool.in_use(), 0U);
}

TEST(PacketPath, DropsGoBackToThePoolAndAreCountedByCause) {
  PacketPool pool(1500);
  PacketPath path(wire(4500), {.before = {}, .after = {}, .loss = {LossSpec{.in_good = 0.5}, {}}, .seed = 1},
                  pool);
  constexpr std::uint64_t count = 2000;
  std::uint64_t taken = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    path.offer(Direction::up, packet(pool), std::chrono::microseconds{500} * static_cast<std::int64_t>(i));
  }
  while (const auto release = path.take(Direction::up, std::chrono::hours{1})) {
    pool.give_back(release->packet.slot);
    ++taken;
  }
  const PacketCounts& counts = path.counts(Direction::up);
  EXPECT_EQ(counts.entered_packets, count);
  EXPECT_EQ(counts.left_packets, taken);
  EXPECT_EQ(counts.queue_drops + counts.losses + counts.left_packets, count);
  EXPECT_NEAR(static_cast<double>(counts.queue_drops), count / 2.0, 10.0);  // twice the rate was offered
  EXPECT_NEAR(static_cast<double>(counts.losses), static_cast<double>(taken), 150.0);
  EXPECT_EQ(pool.in_use(), 0U);
}

TEST(PacketPath, JitterKeepsOrder) {
  PacketPool pool(1500);
  PacketPath path(wire(), {.before = {}, .after = {}, .jitter = milliseconds{50}, .seed = 4}, pool);
  for (int i = 0; i < 500; ++i) {
    path.offer(Direction::up, {static_cast<std::uint32_t>(pool.take()), 100}, milliseconds{i});
  }
  std::uint32_t expected = 0;
  Instant last{};
  Instant longest{};
  while (const auto release = path.take(Direction::up, std::chrono::hours{1})) {
    EXPECT_EQ(release->packet.slot, expected++);
    EXPECT_GE(release->due, last);
    last = release->due;
    longest = std::max(longest, release->due - milliseconds{expected - 1});
  }
  EXPECT_EQ(expected, 500U);
  EXPECT_GT(longest, milliseconds{25});
  EXPECT_LT(longest, milliseconds{51});
}

}  // namespace
}  // namespace cutlink::netsim
