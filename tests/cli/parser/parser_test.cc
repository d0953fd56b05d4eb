#include "cli/parser/parser.h"

#include <gtest/gtest.h>

#include "base/error_of.h"

namespace cutlink::cli {
namespace {

class ParserTest : public testing::Test {
 protected:
  ParserTest() {
    command_.option("file", file_, "a file").required();
    command_.option("--seed", seed_, "a seed");
    command_.option("--count", count_, "a count").within(1, 10);
    command_.option("--list", list_, "a list").named("LIST");
    command_.repeated("--set", sets_, "settings");
    command_.flag("--force", force_, "at once");
    command_.action([this] { ++runs_; });
  }
  std::string refusal(const std::vector<std::string>& words) {
    return error_of(ErrorKind::usage, [&] { static_cast<void>(parser_.run(words)); });
  }
  Parser parser_{"cutlink", "help", "cutlink 1"};
  Command command_ = parser_.root().command("run", "runs");
  std::string file_;
  std::uint64_t seed_ = 7;
  std::uint32_t count_ = 0;
  std::optional<std::string> list_;
  std::vector<std::string> sets_;
  bool force_ = false;
  int runs_ = 0;
};

TEST_F(ParserTest, WritesItsVariablesAndRunsTheCommand) {
  EXPECT_TRUE(parser_.run({"run", "--set", "a=1", "x.toml", "--set", "b=2", "--seed", "3", "--force"}));
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(file_, "x.toml");
  EXPECT_EQ(sets_, (std::vector<std::string>{"a=1", "b=2"}));
  EXPECT_EQ(seed_, 3U);
  EXPECT_TRUE(force_);
  EXPECT_FALSE(list_.has_value());
}

TEST_F(ParserTest, NoOptionTakesTheNextOneForItsEmptyValue) {
  for (const char* option : {"--seed=", "--count=", "--list=", "--set="}) {
    const std::string name(option, std::string(option).size() - 1);
    EXPECT_EQ(refusal({"run", "x", option, "--force"}).find("run: " + name + " has no value"), 0U) << option;
    EXPECT_EQ(refusal({"run", "x", name, ""}).find("run: " + name + " has no value"), 0U) << option;
  }
  EXPECT_EQ(runs_, 0);
}

TEST_F(ParserTest, ANumberWithoutASignStaysOne) {
  EXPECT_NE(refusal({"run", "x", "--seed", "-1"}).find("--seed: -1 is not a whole number from 0"),
            std::string::npos);
  EXPECT_NE(refusal({"run", "x", "--seed=-18446744073709551615"}).find("is not a whole number from 0"),
            std::string::npos);
  EXPECT_NE(refusal({"run", "x", "--seed", "18446744073709551616"}), "no error");
  EXPECT_NE(refusal({"run", "x", "--count", "0"}), "no error");
  EXPECT_EQ(seed_, 7U);
}

}  // namespace
}  // namespace cutlink::cli
