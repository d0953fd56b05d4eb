#include "base/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

namespace cutlink {
namespace {

TEST(Interrupt, ASignalIsAWishNotAnEnd) {
  {
    const InterruptGuard guard;
    EXPECT_FALSE(interrupted());
    std::raise(SIGINT);
    EXPECT_TRUE(interrupted());
  }
  const InterruptGuard again;
  EXPECT_FALSE(interrupted());
}

}  // namespace
}  // namespace cutlink
