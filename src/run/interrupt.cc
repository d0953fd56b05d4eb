#include "run/interrupt.h"

#include <csignal>

#include "base/signal_stack.h"

namespace cutlink::run {

namespace {

volatile std::sig_atomic_t asked = 0;
struct sigaction previous_int;
struct sigaction previous_term;

extern "C" void on_interrupt(int signal_number) {
  asked = 1;
  // The second time the default applies: the program ends at once.
  std::signal(signal_number, SIG_DFL);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  asked = 0;
  const struct sigaction action = on_own_stack(on_interrupt);
  sigaction(SIGINT, &action, &previous_int);
  sigaction(SIGTERM, &action, &previous_term);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &previous_int, nullptr);
  sigaction(SIGTERM, &previous_term, nullptr);
}

bool interrupted() { return asked != 0; }

void request_interrupt() { asked = 1; }

}  // namespace cutlink::run
