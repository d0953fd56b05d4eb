// The sleep and the priority of threads that play a link in real time.
#pragma once

#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

#include <cstdint>

namespace cutlink::netsim {

inline timespec to_timespec(std::int64_t ns) { return {ns / 1'000'000'000, ns % 1'000'000'000}; }

// Sleeps until steady_now_ns() reads `until_ns`; a signal may end it earlier. steady_now_ns() reads
// std::chrono::steady_clock, which is CLOCK_MONOTONIC on Linux: a test holds the two against each other.
inline void sleep_until(std::int64_t until_ns) {
  const timespec until = to_timespec(until_ns);
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

// Gives this thread exact timers, and the least real-time priority, which is above all normal threads.
// Returns false if this process may not have the priority.
inline bool become_punctual() {
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  sched_param parameter{};
  parameter.sched_priority = 1;
  return ::sched_setscheduler(0, SCHED_FIFO, &parameter) == 0;
}

// Above this a packet lasts less than 40 us, and waking up for each takes most of a core: those that come
// within fast_quantum are handled together.
inline constexpr double fast_bps = 300e6;
inline constexpr std::int64_t fast_quantum_ns = 200'000;

}  // namespace cutlink::netsim
