#include "cli/parser/command_mistake.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "base/error_of.h"

namespace cutlink::cli {
namespace {

class CommandMistake : public testing::Test {
 protected:
  CommandMistake() {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", "1");
    CLI::App* run = app_.add_subcommand("run");
    run->add_option("scenario", file_)->required();
    run->add_option("--set", sets_)->expected(1)->allow_extra_args(false);
    run->add_option("-o,--output", output_)->type_name("DIR");
    run->add_flag("--force");
    CLI::App* link = app_.add_subcommand("link");
    link->require_subcommand(1);
    link->add_subcommand("list");
    link->add_subcommand("show")->add_option("name", name_)->required();
  }
  std::string answer(std::vector<std::string> words) {
    try {
      app_.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::ParseError& error) {
      return explain_mistake(app_, error, words);
    }
    return "no mistake";
  }
  CLI::App app_;
  std::string file_, name_, output_;
  std::vector<std::string> sets_;
};

TEST_F(CommandMistake, NamesTheNearestCommandOrOption) {
  EXPECT_EQ(answer({"rum", "x"}), "no command \"rum\" (did you mean \"run\"?): one of run, link");
  EXPECT_EQ(answer({"version"}), "no command \"version\" (did you mean --version?): one of run, link");
  EXPECT_EQ(answer({"link", "lsit"}),
            "link: no command \"lsit\" (did you mean \"list\"?): one of list, show");
  EXPECT_EQ(answer({"run", "x", "--forse"}),
            "run: no option --forse (did you mean --force?) (`cutlink run --help` lists all)");
}

TEST_F(CommandMistake, KnowsAKeyThatIsTakenForAnOption) {
  EXPECT_EQ(answer({"run", "x", "--lr=3"}),
            "run: no option --lr (it is a key of the scenario: write --set train.lr=VALUE) (`cutlink run "
            "--help` lists all)");
  EXPECT_EQ(answer({"link", "list", "--lr"}),
            "link list: no option --lr (`cutlink link list --help` lists all)");
}

TEST_F(CommandMistake, ASetInTwoWordsIsShownAsOne) {
  EXPECT_EQ(answer({"run", "x", "--set", "train.lr", "3"}), "run: --set train.lr 3: write --set train.lr=3");
  EXPECT_EQ(answer({"run", "x", "y"}), "run: one argument too many: y (`cutlink run --help`)");
  EXPECT_EQ(answer({"link", "show"}), "link show: name is required (`cutlink link show --help`)");
}

TEST_F(CommandMistake, AnEmptyValueIsRefusedBeforeItTakesTheNextWord) {
  const auto refusal = [&](const std::vector<std::string>& words) {
    return error_of(ErrorKind::usage, [&] { refuse_empty_values(app_, words); });
  };
  EXPECT_EQ(refusal({"run", "x", "--set=", "--force"}), "run: --set has no value: write --set TEXT");
  EXPECT_EQ(refusal({"run", "x", "--set", "", "--force"}), "run: --set has no value: write --set TEXT");
  EXPECT_EQ(refusal({"run", "x", "-o="}), "run: -o has no value: write -o DIR");
  EXPECT_EQ(refusal({"run", "x", "-o", ""}), "run: -o has no value: write -o DIR");
  EXPECT_EQ(refusal({"run", "x", "--set=name=", "--set", "name=", "-odir", "--force"}), "no error");
  EXPECT_EQ(refusal({"run", "x", "--", "--set="}), "no error");
}

TEST_F(CommandMistake, ANegativeNumberIsNoOption) {
  EXPECT_EQ(answer({"run", "x", "-1"}), "run: one argument too many: -1 (`cutlink run --help`)");
}

TEST_F(CommandMistake, FindsTheInnermostCommand) {
  std::size_t depth = 0;
  EXPECT_EQ(find_command(app_, {"link", "show", "list"}, depth)->get_name(), "show");
  EXPECT_EQ(depth, 2U);
  EXPECT_EQ(find_command(app_, {"--set", "link"}, depth), &app_);
  EXPECT_EQ(depth, 0U);
}

}  // namespace
}  // namespace cutlink::cli
