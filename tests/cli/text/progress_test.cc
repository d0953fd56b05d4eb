#include "cli/text/progress.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace cutlink::cli {
namespace {

StepRow step(std::uint32_t index, double loss) {
  StepRow row;
  row.step = index;
  row.loss = loss;
  return row;
}

void report_a_run(std::uint32_t total_runs) {
  Progress progress(total_runs);
  progress.on_begin("bf16", 0, 2);
  progress.on_step(step(0, 2.5));
  progress.on_event({.warning = false, .step = 1, .name = "note", .message = "not for people"});
  progress.on_event({.warning = true, .step = 1, .name = "sign", .message = "beware"});
  progress.on_evaluation({.step = 2, .loss = 1.25, .loss_plain = {}});
  progress.on_step(step(1, 1.5));
  progress.on_end();
}

// stderr is another file for as long as this lives.
class RedirectedStderr {
 public:
  explicit RedirectedStderr(int descriptor) : kept_(dup(STDERR_FILENO)) { dup2(descriptor, STDERR_FILENO); }
  RedirectedStderr(const RedirectedStderr&) = delete;
  RedirectedStderr& operator=(const RedirectedStderr&) = delete;
  ~RedirectedStderr() {
    dup2(kept_, STDERR_FILENO);
    close(kept_);
  }

 private:
  int kept_;
};

TEST(Progress, WithoutATerminalOnlyWarningsAreTold) {
  testing::internal::CaptureStderr();
  report_a_run(1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "cutlink: warning: bf16, step 1: beware\n");
}

TEST(Progress, PlainLinesAreForALog) {
  testing::internal::CaptureStderr();
  {
    Progress progress(3, ProgressStyle::plain, std::chrono::seconds(0));
    progress.on_begin("bf16", 0, 2);
    progress.on_step(step(0, 2.5));
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("cutlink: [1/3] bf16: step 0/2\ncutlink: [1/3] bf16: step 1/2, loss 2.5000, "), 0U)
      << text;
  EXPECT_EQ(text.find('\r'), std::string::npos);
  testing::internal::CaptureStderr();
  Progress seldom(1, ProgressStyle::plain, std::chrono::hours(1));
  seldom.on_begin("bf16", 0, 2);
  seldom.on_step(step(0, 2.5));
  seldom.on_step(step(1, 1.5));
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "cutlink: bf16: step 0/2\ncutlink: bf16: step 2/2, loss 1.5000\n");  // the first and the last
}

TEST(Progress, OnATerminalOneLineRewritesItself) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(master, 0);
  ASSERT_EQ(grantpt(master), 0);
  ASSERT_EQ(unlockpt(master), 0);
  const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  ASSERT_GE(slave, 0);
  setenv("NO_COLOR", "1", 1);
  {
    const RedirectedStderr terminal(slave);
    report_a_run(3);
    EXPECT_FALSE(colour_wanted(STDERR_FILENO));
    unsetenv("NO_COLOR");
    EXPECT_TRUE(colour_wanted(STDERR_FILENO));
  }
  close(slave);
  // What was written comes in pieces; behind the last one read() fails, as nobody has the other end open.
  std::array<char, 4096> buffer{};
  std::string text;
  for (ssize_t got = 0; (got = read(master, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(master);
  EXPECT_NE(text.find("[1/3] bf16: step 0/2"), std::string::npos) << text;
  EXPECT_NE(text.find("\r\033[K[1/3] bf16: step 2/2, loss 1.5000, eval 1.2500"), std::string::npos) << text;
  EXPECT_NE(text.find("cutlink: warning: bf16, step 1: beware"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\r\033[K")) << "the line is gone at the end";
}

TEST(Progress, ALineIsCutToTheTerminalsWidth) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(master, 0);
  ASSERT_EQ(grantpt(master), 0);
  ASSERT_EQ(unlockpt(master), 0);
  const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  ASSERT_GE(slave, 0);
  winsize size{};
  size.ws_col = 10;
  ASSERT_EQ(ioctl(slave, TIOCSWINSZ, &size), 0);
  {
    const RedirectedStderr terminal(slave);
    Progress progress(1);
    progress.on_begin("amaq 7→4 of ten columns", 0, 2);
  }
  close(slave);
  std::array<char, 4096> buffer{};
  const ssize_t got = read(master, buffer.data(), buffer.size());
  close(master);
  EXPECT_EQ(std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))),
            "\r\033[Kamaq 7→4 ");
}

TEST(Progress, NoColourWithoutATerminal) {
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  EXPECT_FALSE(colour_wanted(null));
  close(null);
}

}  // namespace
}  // namespace cutlink::cli
