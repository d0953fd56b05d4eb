// Signals that ask a run to stop: obeyed between two steps, and acknowledged at once.
#pragma once

#include <stdexcept>

namespace cutlink {

// Catches SIGINT, SIGTERM, SIGHUP (a lost terminal) and SIGUSR1 (a batch system's warning) while it lives; the previous
// handlers return with its end. A second SIGINT or SIGTERM ends the program. A second SIGHUP or SIGUSR1 does not: a
// shell repeats the one, a batch system the other. With `nohup` SIGHUP stays ignored. A reader of our output that the
// same Ctrl-C ended (`| tee log`) does not end us meanwhile. One guard at a time, on the main thread
// (base/signal_stack.h).
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// Whether such a signal came since the guard began.
[[nodiscard]] bool interrupted();

// A person asked to stop, and the step at hand cannot be finished: the server is away.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What the signal handler does; for tests, too.
void request_interrupt();

}  // namespace cutlink
