#include "scenario/comparison_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "scenario/toml_text.h"

namespace cutlink::scenario {
namespace {

using testing::HasSubstr;

std::vector<CompareRow> rows_of(const std::string& text) {
  const toml::table table = parse_toml(text, "r.toml");
  return compare_rows(*table.get("compare"), "r.toml");
}

std::string error_of(const std::string& text) {
  try {
    static_cast<void>(rows_of(text));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

const std::string plain = "[[compare]]\nactivation = \"bf16\"\n";

TEST(CompareRows, AreNamedAfterTheirCodecsWhereNobodyNamesThem) {
  const auto rows =
      rows_of(plain +
              "[[compare]]\nname = \"4\"\nactivation = \"uniform:bits=4\"\ngradient = \"fp32\"\n"
              "reference = true\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].name, "bf16 / bf16");
  EXPECT_EQ(rows[0].codecs.gradient, "bf16");
  EXPECT_FALSE(rows[0].reference);
  EXPECT_EQ(rows[1].name, "4");
  EXPECT_EQ(rows[1].codecs.activation, "uniform:bits=4");
  EXPECT_EQ(rows[1].codecs.gradient, "fp32");
  EXPECT_TRUE(rows[1].reference);
}

TEST(CompareRows, RefuseWithTheLineOfTheSecondOne) {
  EXPECT_THAT(error_of(plain + plain),
              HasSubstr("r.toml:3: compare.name \"bf16 / bf16\": another row has it"));
  EXPECT_THAT(error_of(plain + "reference = true\n" + plain + "name = \"b\"\nreference = true\n"),
              HasSubstr("r.toml:4: compare.reference true: another row says so"));
}

TEST(CompareRows, RefuseWhatIsNoRow) {
  EXPECT_THAT(error_of("compare = []\n"), HasSubstr("r.toml:1: compare: write [[compare]]"));
  EXPECT_THAT(error_of("[compare]\nactivation = \"bf16\"\n"), HasSubstr("write [[compare]]"));
  EXPECT_THAT(error_of("compare = [1]\n"), HasSubstr("write [[compare]]"));
  EXPECT_THAT(error_of("[[compare]]\nname = \"x\"\n"),
              HasSubstr("r.toml:1: [[compare]] needs an activation"));
  EXPECT_THAT(error_of(plain + "gradeint = \"bf16\"\n"), HasSubstr("did you mean \"gradient\"?"));
  EXPECT_THAT(error_of(plain + "reference = \"yes\"\n"),
              HasSubstr("r.toml:3: compare.reference \"yes\": write true or false"));
  EXPECT_THAT(error_of("[[compare]]\nactivation = \"unifrom\"\n"),
              HasSubstr("r.toml:2: compare.activation: "));
  EXPECT_THAT(error_of("[[compare]]\nactivation = 4\n"),
              HasSubstr("r.toml:2: compare.activation 4: write text"));
  EXPECT_THAT(error_of(plain + "name = \"two\\nlines\"\n"),
              HasSubstr("r.toml:3: compare.name \"two\\nlines\""));
}

}  // namespace
}  // namespace cutlink::scenario
