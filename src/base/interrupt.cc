#include "base/interrupt.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "base/signal_stack.h"

namespace cutlink {

namespace {

std::atomic<bool> asked = false;  // the kernel runs the handler on any thread
static_assert(std::atomic<bool>::is_always_lock_free);
constexpr std::array<int, 4> stop_signals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
std::array<struct sigaction, stop_signals.size()> previous_stop;
struct sigaction previous_pipe;

extern "C" void on_interrupt(int signal_number) {
  const int cause = errno;
  if (!asked.exchange(true)) {
    constexpr std::string_view heard = "\ncutlink: stopping after this step (Ctrl-C again: stop now)\n";
    static_cast<void>(!::write(STDERR_FILENO, heard.data(), heard.size()));
  }
  if (signal_number == SIGINT || signal_number == SIGTERM) {
    std::signal(signal_number, SIG_DFL);  // the second time it ends the program at once
  }
  errno = cause;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  asked = false;
  const struct sigaction action = on_own_stack(on_interrupt);
  for (std::size_t i = 0; i < stop_signals.size(); ++i) {
    sigaction(stop_signals[i], &action, &previous_stop[i]);
    if (stop_signals[i] == SIGHUP && previous_stop[i].sa_handler == SIG_IGN) {
      sigaction(SIGHUP, &previous_stop[i], nullptr);
    }
  }
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &previous_pipe);
}

InterruptGuard::~InterruptGuard() {
  for (std::size_t i = 0; i < stop_signals.size(); ++i) {
    sigaction(stop_signals[i], &previous_stop[i], nullptr);
  }
  sigaction(SIGPIPE, &previous_pipe, nullptr);
}

bool interrupted() { return asked; }

void request_interrupt() { asked = true; }

}  // namespace cutlink
