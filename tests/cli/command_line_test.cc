// Commands and their help; cases/command_line.cases has the exact texts.
#include "cli/command_line.h"

#include <gtest/gtest.h>

#include "base/error_of.h"
#include "cli/run_line.h"

namespace cutlink::cli {
namespace {

TEST(CommandLine, EveryCommandsHelpFitsOneScreenAndEndsWithTwoExamples) {
  const std::vector<std::vector<std::string>> commands = {
      {"compare"}, {"run"},      {"generate"}, {"codecs"},       {"link"},
      {"init"},    {"pretrain"}, {"doctor"},   {"link", "list"}, {"link", "show"}};
  for (std::vector<std::string> words : commands) {
    words.emplace_back("--help");
    const Ran ran = run_line(words);
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_LE(std::count(ran.out.begin(), ran.out.end(), '\n'), 40) << words.front();
    const std::size_t examples = ran.out.find("Examples:");
    ASSERT_NE(examples, std::string::npos) << words.front() << words.back();
    std::string command = "cutlink";
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      command += " " + words[i];
    }
    const std::size_t first = ran.out.find(command, examples);
    ASSERT_NE(first, std::string::npos) << "no example of " << command;
  }
}

TEST(CommandLine, HelpIsACommandToo) {
  EXPECT_EQ(run_line({"help"}).out, run_line({"--help"}).out);
  EXPECT_EQ(run_line({"help", "link", "show"}).out, run_line({"link", "show", "--help"}).out);
}

TEST(CommandLine, AMistakeIsAUsageErrorOfOneLine) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {}, {"compair"}, {"run"}, {"help", "nothing"}, {"codecs", "a", "b"}, {"link"}, {"--none"}}) {
    const std::string error = error_of(ErrorKind::usage, [&] { static_cast<void>(run_line(words)); });
    EXPECT_EQ(error.find("another kind"), std::string::npos) << error;
    EXPECT_NE(error, "no error");
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace cutlink::cli
