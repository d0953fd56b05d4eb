#include <gtest/gtest.h>

#include "cli/commands/emulate_command.h"
#include "cli/parser/parser.h"
#include "netsim/emulate/emulated_traffic.h"

namespace cutlink::cli {
namespace {

class EmulateCommand : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = netsim::no_traffic_here(); !why.empty()) {
      GTEST_SKIP() << why;
    }
  }
  // Runs `cutlink link emulate …` and returns its exit code.
  static int run(std::vector<std::string> words) {
    const TrainingCommands training;
    Context context{training, {}, ""};
    Parser parser("cutlink", "", "");
    add_link_emulate(parser.root().command("link", ""), context);
    words.insert(words.begin(), {"link", "emulate"});
    parser.run(words);
    return context.exit_code;
  }
};

TEST_F(EmulateCommand, TheExitCodeIsTheCommands) {
  EXPECT_EQ(run({"fixed:rate=50Mbit/s", "--quiet", "--", "sh", "-c", "exit 7"}), 7);
  EXPECT_EQ(run({std::string(CUTLINK_SOURCE_DIR) + "/scenarios/links/wifi5-typical.toml", "--quiet", "--",
                 "sh", "-c", "ping -c 1 $CUTLINK_PEER >/dev/null"}),
            0);
}

TEST_F(EmulateCommand, TheServerIsReadyWhenTheCommandStarts) {
  testing::internal::CaptureStderr();
  const int status = run({"fixed:rate=50Mbit/s,delay=1ms", "--serve", "iperf3 -s >/dev/null", "--", "sh",
                          "-c", "iperf3 -t 1 -c $CUTLINK_PEER >/dev/null"});
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(status, 0) << text;
  EXPECT_NE(text.find("50 Mbit/s up, 50 Mbit/s down, full duplex, RTT 2 ms"), std::string::npos) << text;
  EXPECT_NE(text.find("the peer 198.18.0.2 ($CUTLINK_PEER)"), std::string::npos) << text;
  EXPECT_NE(text.find("late  median"), std::string::npos) << text;
}

TEST_F(EmulateCommand, MistakesAreUsageErrors) {
  const auto code_of = [](const std::vector<std::string>& words) {
    try {
      return run(words);
    } catch (const Error& error) {
      return 100 + error.exit_code();
    }
  };
  EXPECT_EQ(code_of({"no-such-preset", "--", "true"}), 102);
  EXPECT_EQ(code_of({"fixed:rate=50Mbit/s", "--quiet", "--", "/no/such/command"}), 102);
  EXPECT_EQ(code_of({"fixed:rate=50Mbit/s", "--quiet", "--serve", "exit 3", "--", "true"}), 102);
  EXPECT_EQ(code_of({"fixed:trace=/no/such/trace", "--quiet", "--", "true"}), 102);
}

}  // namespace
}  // namespace cutlink::cli
