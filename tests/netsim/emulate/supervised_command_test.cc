#include "netsim/emulate/supervised_command.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <array>

#include "base/error.h"

namespace cutlink::netsim {
namespace {

int status_of(const std::string& script) {
  return SupervisedCommand({.argv = {"sh", "-c", script}, .environment = {}}).wait();
}

// A pipe that commands inherit: its end shows that no process holds it any more.
class InheritedPipe {
 public:
  InheritedPipe() {
    EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    ::fcntl(ends_[1], F_SETFD, 0);
  }
  ~InheritedPipe() {
    ::close(ends_[0]);
    close_writer();
  }
  [[nodiscard]] std::string name() const { return "/dev/fd/" + std::to_string(ends_[1]); }
  void close_writer() {
    if (ends_[1] >= 0) {
      ::close(ends_[1]);
    }
    ends_[1] = -1;
  }
  // What comes until somebody sends a newline, or all have gone.
  std::string read_line() {
    std::string line;
    char c = 0;
    while (::read(ends_[0], &c, 1) == 1 && c != '\n') {
      line += c;
    }
    return line;
  }
  [[nodiscard]] bool all_gone() {  // now, without waiting
    pollfd file{ends_[0], POLLIN, 0};
    return ::poll(&file, 1, 0) == 1 && (file.revents & POLLHUP) != 0;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

TEST(SupervisedCommand, ReturnsTheExitStatus) {
  EXPECT_EQ(status_of("exit 0"), 0);
  EXPECT_EQ(status_of("exit 42"), 42);
  EXPECT_EQ(status_of("kill -SEGV $$"), 128 + SIGSEGV);
}

TEST(SupervisedCommand, SaysWhyACommandCannotStart) {
  try {
    SupervisedCommand command({.argv = {"/no/such/command"}, .environment = {}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "cannot start \"/no/such/command\": No such file or directory");
    EXPECT_EQ(error.exit_code(), 2);
  }
}

TEST(SupervisedCommand, EnvironmentIsAddedAndReplaced) {
  ::setenv("CUTLINK_TEST_KEPT", "kept", 1);
  ::setenv("CUTLINK_TEST_OLD", "old", 1);
  SupervisedCommand command(
      {.argv = {"sh", "-c", "[ $CUTLINK_TEST_KEPT$CUTLINK_TEST_OLD$CUTLINK_TEST_NEW = keptnewer ]"},
       .environment = {"CUTLINK_TEST_OLD=new", "CUTLINK_TEST_NEW=er"}});
  EXPECT_EQ(command.wait(), 0);
}

TEST(SupervisedCommand, TheBackgroundHasNoInput) {
  SupervisedCommand command({.argv = {"sh", "-c", "! read line"}, .environment = {}, .background = true});
  EXPECT_EQ(command.wait(), 0);
}

TEST(SupervisedCommand, SignalsReachTheCommand) {
  InheritedPipe pipe;
  SupervisedCommand command(
      {.argv = {"sh", "-c",
                "trap 'exit 9' USR1; echo ready >" + pipe.name() + "; while :; do sleep 0.01; done"},
       .environment = {}});
  EXPECT_EQ(pipe.read_line(), "ready");
  EXPECT_FALSE(command.poll());
  command.send(SIGUSR1);
  EXPECT_EQ(command.wait(), 9);
  command.send(SIGUSR1);  // nobody is there any more
}

TEST(SupervisedCommand, SignalsAreUnblockedAndAtTheirDefaults) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  const int status = status_of("kill -TERM $$; exit 1");
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(status, 128 + SIGTERM);
}

TEST(SupervisedCommand, WhatItLeavesBehindEndsWithIt) {
  InheritedPipe pipe;
  SupervisedCommand command(
      {.argv = {"sh", "-c", "(setsid sleep 1000 & sleep 1000) & echo ready >" + pipe.name() + "; exit 3"},
       .environment = {}});
  EXPECT_EQ(pipe.read_line(), "ready");
  pipe.close_writer();
  EXPECT_EQ(command.wait(), 3);
  EXPECT_TRUE(pipe.all_gone());
}

TEST(SupervisedCommand, StopEndsWhatIgnoresSigterm) {
  InheritedPipe pipe;
  SupervisedCommand command(
      {.argv = {"sh", "-c", "trap '' TERM; echo ready >" + pipe.name() + "; while :; do sleep 1000; done"},
       .environment = {}});
  EXPECT_EQ(pipe.read_line(), "ready");
  pipe.close_writer();
  EXPECT_EQ(command.stop(std::chrono::milliseconds{20}), 128 + SIGKILL);
  EXPECT_TRUE(pipe.all_gone());
}

TEST(SupervisedCommand, TheDestructorStopsIt) {
  InheritedPipe pipe;
  {
    SupervisedCommand command({.argv = {"sleep", "1000"}, .environment = {}});
    pipe.close_writer();
  }
  EXPECT_TRUE(pipe.all_gone());
}

// The program is killed: it can do nothing any more, and still nothing goes on running.
TEST(SupervisedCommand, NothingOutlivesTheProgram) {
  InheritedPipe pipe;
  const pid_t program = ::fork();
  if (program == 0) {
    const SupervisedCommand command(
        {.argv = {"sh", "-c", "setsid sleep 1000 & echo ready >" + pipe.name() + "; wait"},
         .environment = {}});
    const SupervisedCommand other({.argv = {"sleep", "1000"}, .environment = {}, .background = true});
    ::pause();
  }
  EXPECT_EQ(pipe.read_line(), "ready");
  pipe.close_writer();
  EXPECT_FALSE(pipe.all_gone());
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  EXPECT_EQ(pipe.read_line(), "");  // waits until the last holder has gone
}

}  // namespace
}  // namespace cutlink::netsim
