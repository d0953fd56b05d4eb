#include "scenario/toml_text.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace cutlink::scenario {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& text) {
  try {
    static_cast<void>(parse_toml(text, "t.toml"));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

TEST(TomlText, WhatIsNoTomlIsToldWithItsLine) {
  EXPECT_THAT(error_of("a = 1\nb\n"), HasSubstr("t.toml:2: not TOML: "));
  EXPECT_THAT(error_of("a = fals\x1b[2J\n"), HasSubstr("saw 'fals\\u001b'"));
  EXPECT_THAT(error_of("a = \"\xff\"\n"), HasSubstr("save it as a UTF-8 text"));
  EXPECT_THAT(error_of(fmt::format("a = {}", repeated("[", 5000))), HasSubstr("not TOML"));
}

// Each dot of a key is a table in a table, and the destructor of a hundred thousand of them overflows the
// stack.
TEST(TomlText, NestingByDotsIsBounded) {
  EXPECT_THAT(error_of(fmt::format("x = 1\n[{}a]\n", repeated("a.", 100'000))),
              HasSubstr("t.toml:2: more than 1000 dots"));
  EXPECT_THAT(error_of(fmt::format("{}a = 1\n", repeated("a.", 100'000))), HasSubstr("t.toml:1: more than"));
  const std::string level = fmt::format("{{{}a = ", repeated("a.", 9));
  EXPECT_THAT(error_of(fmt::format("x = {}1{}\n", repeated(level, 200), repeated("}", 200))),
              HasSubstr("more than 1000 dots"));
  EXPECT_EQ(error_of(fmt::format("[{}a]\n", repeated("a.", 900))), "no error");
}

TEST(TomlText, DotsOfTextsAndCommentsDoNotCount) {
  const std::string dots(2000, '.');
  EXPECT_EQ(error_of(fmt::format("a = \"{0}\" # {0}\nb = '{0}'\n", dots)), "no error");
  EXPECT_EQ(error_of(fmt::format("a = \"\"\"\n{0}\n\"{0}\"\"\"\nb = '''{0}\n'''\n", dots)), "no error");
  EXPECT_EQ(error_of(fmt::format("a = \"\\\"{}\\\\\"\nb = \"\"\n", dots)), "no error");
  EXPECT_THAT(error_of(fmt::format("a = \"\\\\\"\n{}a = \"\"\n", repeated("a.", 2000))),
              HasSubstr("more than 1000 dots"));
  EXPECT_THAT(error_of(fmt::format("a = \"not closed{}\n", dots)), HasSubstr("t.toml:1: not TOML"));
}

TEST(TomlText, ValuesKeepTypeAndPlace) {
  const toml::table table = parse_toml(
      "a = 1\nb = 0.5\nc = true\nd = \"x\"\ne = [\"p\", \"q\"]\nf = [1]\ng = {}\nh = 2020-01-01\n", "t.toml");
  const auto text = [&](const char* key) {
    const auto value = to_value(*table.get(key), place_of("t.toml", *table.get(key)));
    return value ? value->where + " " + value->to_toml() : "none";
  };
  EXPECT_EQ(text("a"), "t.toml:1 1");
  EXPECT_EQ(text("b"), "t.toml:2 0.5");
  EXPECT_EQ(text("c"), "t.toml:3 true");
  EXPECT_EQ(text("d"), "t.toml:4 \"x\"");
  EXPECT_EQ(text("e"), "t.toml:5 [\"p\", \"q\"]");
  for (const char* none : {"f", "g", "h"}) {
    EXPECT_EQ(text(none), "none") << none;
  }
}

}  // namespace
}  // namespace cutlink::scenario
