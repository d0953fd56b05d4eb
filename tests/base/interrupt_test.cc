#include "base/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

namespace cutlink {
namespace {

TEST(Interrupt, ASignalIsAWishNotAnEnd) {
  for (const int wish : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    const InterruptGuard guard;
    EXPECT_FALSE(interrupted()) << wish;
    std::raise(wish);
    EXPECT_TRUE(interrupted()) << wish;
  }
  const InterruptGuard again;
  EXPECT_FALSE(interrupted());
}

TEST(Interrupt, ALostTerminalOrABatchSystemMaySayItTwice) {
  const InterruptGuard guard;
  for (const int wish : {SIGHUP, SIGUSR1, SIGHUP, SIGUSR1}) {
    std::raise(wish);
  }
  EXPECT_TRUE(interrupted());
}

TEST(Interrupt, NohupStays) {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  {
    const InterruptGuard guard;
    std::raise(SIGHUP);
    EXPECT_FALSE(interrupted());
  }
  EXPECT_EQ(std::signal(SIGHUP, before), SIG_IGN);
}

}  // namespace
}  // namespace cutlink
