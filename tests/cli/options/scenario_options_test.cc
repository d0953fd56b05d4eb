#include "cli/options/scenario_options.h"

#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/temporary_folder.h"

namespace cutlink::cli {
namespace {

using Seeds = std::vector<std::uint64_t>;

TEST(ScenarioOptions, SeedsAreAListOfNumbersAndRanges) {
  EXPECT_EQ(parse_seeds("7"), Seeds{7});
  EXPECT_EQ(parse_seeds("3,1-2,9"), (Seeds{3, 1, 2, 9}));
  EXPECT_EQ(parse_seeds("1-1000").size(), 1000U);
  for (const char* wrong : {"", "1,", "x", "1-", "-1", "2-1", "1-1001", "1,1", "1..3", "99999999999999999999",
                            "9223372036854775808", "18446744073709551615"}) {
    EXPECT_NE(error_of(ErrorKind::usage, [&] { static_cast<void>(parse_seeds(wrong)); }).find("--seeds"),
              std::string::npos)
        << wrong;
  }
}

TEST(ScenarioOptions, ACommandThatGoesOnHasNoForce) {
  EXPECT_EQ(without_force("cutlink run a.toml --force -o x"), "cutlink run a.toml -o x");
  EXPECT_EQ(without_force("cutlink run a.toml"), "cutlink run a.toml");
}

TEST(ScenarioOptions, AMissingScenarioIsAnsweredWithTheLikeliest) {
  const TemporaryFolder scratch;
  setenv("CUTLINK_ROOT", CUTLINK_SOURCE_DIR, 1);
  static_cast<void>(scratch.write("mine.toml", ""));
  const auto error = [](const std::filesystem::path& given) {
    return error_of(ErrorKind::usage, [&] { check_scenario_file(given.string()); });
  };
  EXPECT_EQ(error(scratch.path() / "mine.toml"), "no error");
  EXPECT_NE(
      error(scratch.path() / "mime.toml").find("did you mean " + (scratch.path() / "mine.toml").string()),
      std::string::npos);
  EXPECT_NE(error("demo").find("scenarios/demo.toml?"), std::string::npos);
  EXPECT_NE(error("scenarios/tiny-amak.toml").find("scenarios/tiny-amaq.toml?"), std::string::npos);
  EXPECT_NE(error("quite-another-thing").find("`cutlink init FILE`"), std::string::npos);
  EXPECT_NE(error(scratch.path()).find("a directory, not a scenario file"), std::string::npos);
}

}  // namespace
}  // namespace cutlink::cli
