#include "base/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "base/signal_stack.h"

namespace cutlink {

namespace {

std::atomic<bool> asked = false;  // the kernel runs the handler on any thread
static_assert(std::atomic<bool>::is_always_lock_free);
struct sigaction previous_int;
struct sigaction previous_term;
struct sigaction previous_pipe;

extern "C" void on_interrupt(int signal_number) {
  const int cause = errno;
  asked = true;
  constexpr std::string_view heard = "\ncutlink: stopping after this step (Ctrl-C again: stop now)\n";
  static_cast<void>(!::write(STDERR_FILENO, heard.data(), heard.size()));
  // The second time the default applies: the program ends at once.
  std::signal(signal_number, SIG_DFL);
  errno = cause;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  asked = false;
  const struct sigaction action = on_own_stack(on_interrupt);
  sigaction(SIGINT, &action, &previous_int);
  sigaction(SIGTERM, &action, &previous_term);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &previous_pipe);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &previous_int, nullptr);
  sigaction(SIGTERM, &previous_term, nullptr);
  sigaction(SIGPIPE, &previous_pipe, nullptr);
}

bool interrupted() { return asked; }

void request_interrupt() { asked = true; }

}  // namespace cutlink
