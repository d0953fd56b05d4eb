#include "base/standard_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace cutlink {
namespace {

// In a process of its own, whose exit code says whether all was as expected.
template <typename Check>
bool holds_in_a_child(Check check) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::_Exit(check() ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(StandardStreams, AFileNeverGetsTheNumberOfAClosedStream) {
  EXPECT_TRUE(holds_in_a_child([] {
    ::close(STDIN_FILENO);
    ::close(STDERR_FILENO);
    hold_standard_streams();
    const int file = ::open("/dev/null", O_WRONLY);
    return file > STDERR_FILENO && ::write(STDERR_FILENO, "x", 1) == -1;
  }));
}

TEST(StandardStreams, OpenOnesStayAsTheyAre) {
  EXPECT_TRUE(holds_in_a_child([] {
    hold_standard_streams();
    const int file = ::open("/dev/null", O_WRONLY);
    return file > STDERR_FILENO && ::fcntl(STDERR_FILENO, F_GETFL) != -1;
  }));
}

TEST(StandardStreams, TellingNobodyIsNoFailure) {
  EXPECT_TRUE(holds_in_a_child([] {
    const int full = ::open("/dev/full", O_WRONLY);
    ::dup2(full, STDERR_FILENO);
    tell("a line\n");
    ::close(STDERR_FILENO);
    tell("another\n");
    return true;
  }));
}

}  // namespace
}  // namespace cutlink
