// Ctrl-C: asked for once, obeyed between two steps, and said so at once. A second one ends the program.
#pragma once

#include <stdexcept>

namespace cutlink {

// Catches SIGINT and SIGTERM while it lives; the previous handlers return with its end. A reader of our
// output that the same Ctrl-C ended (`| tee log`) does not end us meanwhile. One at a time, on the main
// thread (base/signal_stack.h).
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// Whether a person asked to stop since the guard began.
[[nodiscard]] bool interrupted();

// A person asked to stop, and the step at hand cannot be finished: the server is away.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What the signal handler does; for tests, too.
void request_interrupt();

}  // namespace cutlink
