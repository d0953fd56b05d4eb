#include "scenario/scenario_value.h"

#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <cmath>
#include <limits>

#include "base/error.h"

namespace cutlink::scenario {
namespace {

using List = std::vector<std::string>;

toml::table read_back(const Value& value) { return toml::parse("v = " + value.to_toml()); }

template <typename Call>
std::string error_of(const Call& call) {
  try {
    static_cast<void>(call());
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

TEST(ScenarioValue, IsTomlThatReadsBackTheSame) {
  for (const std::string text :
       {"plain", "", "a \"quoted\" \\ one", "two\nlines\tand a tab", "\x01\x1f", "7→4"}) {
    EXPECT_EQ(read_back({text, ""})["v"].value<std::string>(), text);
  }
  EXPECT_EQ(read_back({std::string("a\0b", 3), ""})["v"].value<std::string>(), std::string("a\0b", 3));
  for (const double real : {0.0, 1.0, -2.5, 1e-3, 1e300, 0.1, 5e-324, 3e15}) {
    const toml::table table = read_back({real, ""});
    ASSERT_TRUE(table["v"].is_floating_point()) << real;
    EXPECT_EQ(table["v"].value<double>(), real);
  }
  EXPECT_EQ(read_back({std::numeric_limits<double>::infinity(), ""})["v"].value<double>(),
            std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(*read_back({std::nan(""), ""})["v"].value<double>()));
  EXPECT_EQ(read_back({std::int64_t{-7}, ""})["v"].value<std::int64_t>(), -7);
  EXPECT_EQ(read_back({true, ""})["v"].value<bool>(), true);
  EXPECT_EQ((Value{List{"a", "b\""}, ""}).to_toml(), R"(["a", "b\""])");
  EXPECT_EQ((Value{List{}, ""}).to_toml(), "[]");
}

TEST(ScenarioValue, GivesTheTypeThatIsWanted) {
  EXPECT_EQ(as_text({std::string("x"), ""}, "k"), "x");
  EXPECT_EQ(as_count({std::int64_t{3}, ""}, "k", 3, 4), 3);
  EXPECT_EQ(as_count({std::int64_t{4}, ""}, "k", 3, 4), 4);
  EXPECT_EQ(as_real({0.25, ""}, "k", 0.25, 1.0), 0.25);
  EXPECT_EQ(as_real({std::int64_t{1}, ""}, "k", 0.25, 1.0), 1.0);  // a whole number is a number
  EXPECT_FALSE(as_flag({false, ""}, "k"));
  EXPECT_EQ(as_list({List{"a"}, ""}, "k"), List{"a"});
}

TEST(ScenarioValue, RefusesWithPlaceKeyValueAndWhatIsAllowed) {
  const std::string at = "a.toml:3";
  EXPECT_EQ(error_of([&] {
              return as_text({std::int64_t{4}, at}, "k");
            }),
            "a.toml:3: k 4: write text in quotes");
  EXPECT_EQ(error_of([&] {
              return as_count({2.0, at}, "k", 0, 9);
            }),
            "a.toml:3: k 2.0: write a whole number from 0 to 9");
  EXPECT_EQ(error_of([&] {
              return as_count({std::int64_t{10}, at}, "k", 0, 9);
            }),
            "a.toml:3: k 10: out of range (allowed: 0 to 9)");
  EXPECT_EQ(error_of([&] {
              return as_count({std::int64_t{-1}, at}, "k", 0, 9);
            }),
            "a.toml:3: k -1: out of range (allowed: 0 to 9)");
  EXPECT_EQ(error_of([&] {
              return as_real({std::string("1e-3"), at}, "k", 0.0, 1.0);
            }),
            "a.toml:3: k \"1e-3\": write a number from 0 to 1");
  EXPECT_EQ(error_of([&] {
              return as_real({std::nan(""), at}, "k", 0.0, 1.0);
            }),
            "a.toml:3: k nan: out of range (allowed: 0 to 1)");
  EXPECT_EQ(error_of([&] {
              return as_real({1.5, at}, "k", 0.0, 1.0);
            }),
            "a.toml:3: k 1.5: out of range (allowed: 0 to 1)");
  EXPECT_EQ(error_of([&] {
              return as_flag({std::int64_t{1}, at}, "k");
            }),
            "a.toml:3: k 1: write true or false");
  EXPECT_EQ(error_of([&] {
              return as_list({std::string("q"), at}, "k");
            }),
            "a.toml:3: k \"q\": write a list of texts such as [\"q_proj\", \"v_proj\"]");
}

TEST(ScenarioValue, MessagesShowTheUsersTextOnOneLineAndShort) {
  EXPECT_EQ(on_one_line("a \"b\"\n\x01"), "a \"b\"\\n\\u0001");
  EXPECT_EQ(shown("plain →"), "plain →");
  EXPECT_EQ(shown(std::string(100, 'x')), std::string(100, 'x'));
  EXPECT_EQ(shown(std::string(101, 'x')), std::string(100, 'x') + "…");
  EXPECT_EQ(shown(std::string(99, 'x') + "→→"), std::string(99, 'x') + "…");  // no half of a character
  EXPECT_LT(error_of([&] { return as_count({std::string(1'000'000, 'x'), "w"}, "k", 0, 1); }).size(), 200U);
}

TEST(ScenarioValue, NamesFitIntoATable) {
  EXPECT_EQ(as_name({std::string("amaq 7→4"), ""}, "k"), "amaq 7→4");
  EXPECT_THROW(static_cast<void>(as_name({std::string("a\nb"), ""}, "k")), Error);
  EXPECT_THROW(static_cast<void>(as_name({std::string("a\0b", 3), ""}, "k")), Error);
  EXPECT_THROW(static_cast<void>(as_name({std::string(101, 'x'), ""}, "k")), Error);
  EXPECT_THROW(static_cast<void>(as_name({std::int64_t{1}, ""}, "k")), Error);
}

}  // namespace
}  // namespace cutlink::scenario
