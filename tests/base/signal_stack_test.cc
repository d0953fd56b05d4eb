#include "base/signal_stack.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

namespace cutlink {
namespace {

volatile std::uintptr_t handler_at = 0;

// sigaltstack() itself tells: SS_ONSTACK while a handler runs there.
extern "C" void remember(int) {
  stack_t now{};
  sigaltstack(nullptr, &now);
  handler_at = (now.ss_flags & SS_ONSTACK) != 0 ? 1 : 2;
}

TEST(SignalStack, HandlersRunOnAStackOfTheirOwn) {
  const struct sigaction action = on_own_stack(remember);
  struct sigaction before {};
  sigaction(SIGUSR1, &action, &before);
  raise(SIGUSR1);
  EXPECT_EQ(handler_at, 1U);
  stack_t first{};
  sigaltstack(nullptr, &first);
  static_cast<void>(on_own_stack(remember));  // keeps the stack that is there
  stack_t second{};
  sigaltstack(nullptr, &second);
  EXPECT_EQ(first.ss_sp, second.ss_sp);
  EXPECT_GE(first.ss_size, std::size_t{16 * 1024});
  sigaction(SIGUSR1, &before, nullptr);
}

}  // namespace
}  // namespace cutlink
