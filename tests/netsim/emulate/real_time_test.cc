#include "netsim/emulate/real_time.h"

#include <gtest/gtest.h>

#include "base/steady_now.h"

namespace cutlink::netsim {
namespace {

TEST(RealTime, TheSteadyClockIsTheOneThatIsSleptBy) {
  const std::int64_t before = steady_now_ns();
  timespec time{};
  ASSERT_EQ(::clock_gettime(CLOCK_MONOTONIC, &time), 0);
  const std::int64_t between = std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  EXPECT_LE(before, between);
  EXPECT_LE(between, steady_now_ns());
}

TEST(RealTime, SleepsUntilTheClockReadsSo) {
  const std::int64_t until = steady_now_ns() + 2'000'000;
  sleep_until(until);
  EXPECT_GE(steady_now_ns(), until);
  sleep_until(until);  // a time that has passed: returns
}

}  // namespace
}  // namespace cutlink::netsim
