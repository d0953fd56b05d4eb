// The clock and the priority of threads that play a link in real time.
#pragma once

#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

#include <cstdint>

namespace cutlink::netsim {

inline std::int64_t monotonic_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

inline timespec to_timespec(std::int64_t ns) { return {ns / 1'000'000'000, ns % 1'000'000'000}; }

// Exact timers for this thread, and the least real-time priority, which is above all normal threads. False:
// the priority may not be had.
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
