#include "base/signal_stack.h"

#include <cstddef>
#include <vector>

#include "base/error.h"

namespace cutlink {

namespace {

constexpr std::size_t stack_bytes = 64 * 1024UL;  // the frame alone takes 12 kB where registers include AMX's

void give_stack() {
  stack_t present{};
  if (sigaltstack(nullptr, &present) == 0 && (present.ss_flags & SS_DISABLE) == 0) {
    return;  // a sanitizer's, or ours
  }
  thread_local std::vector<std::byte> memory(stack_bytes);
  stack_t stack{};
  stack.ss_sp = memory.data();
  stack.ss_size = memory.size();
  if (sigaltstack(&stack, nullptr) != 0) {
    run_error("cannot set up a stack for signal handlers");
  }
}

}  // namespace

struct sigaction on_own_stack(void (*handler)(int)) {
  give_stack();
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  return action;
}

}  // namespace cutlink
