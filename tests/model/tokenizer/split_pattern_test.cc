#include "model/tokenizer/split_pattern.h"

#include <gtest/gtest.h>

#include "base/error_of.h"

namespace cutlink::model {
namespace {

// Parts with | between; matches in brackets.
std::string parts(const SplitPattern& pattern, const std::string& text) {
  std::string out;
  pattern.split(text, [&](std::string_view part, bool is_match) {
    out.append(is_match ? "[" : "(").append(part).append(is_match ? "]" : ")");
  });
  return out;
}
std::string parts(const std::string& pattern, const std::string& text) {
  return parts(SplitPattern(pattern, "test"), text);
}

TEST(SplitPattern, gpt2_splits_words_numbers_signs_and_space) {
  EXPECT_EQ(parts(SplitPattern::gpt2(), "I'll pay  $12.50,\n\n you've"),
            "[I]['ll][ pay][ ][ $][12][.][50][,][\n\n][ you]['ve]");
  EXPECT_EQ(parts(SplitPattern::gpt2(), ""), "");
  EXPECT_EQ(parts(SplitPattern::gpt2(), "a  "), "[a][  ]");
  // U+180E is no white space for Oniguruma, U+11F04 (Unicode 15) is a letter.
  EXPECT_EQ(parts(SplitPattern::gpt2(), "a\u180E b"), "[a][\u180E][ b]");
  EXPECT_EQ(parts(SplitPattern::gpt2(), "a\U00011F04"), "[a\U00011F04]");
}

TEST(SplitPattern, digits_of_any_script) {
  EXPECT_EQ(parts(SplitPattern::digits(true), "a12٣½"), "(a)[1][2][٣][½]");
  EXPECT_EQ(parts(SplitPattern::digits(false), "a12٣½b"), "(a)[12٣½](b)");
}

TEST(SplitPattern, empty_matches_split_as_in_oniguruma) {
  EXPECT_EQ(parts("x*", "abxxc"), "(a)(b)[xx](c)");
  EXPECT_EQ(parts("x*", "é€"), "(é)(€)");
}

TEST(SplitPattern, refuses_what_the_two_engines_read_differently) {
  const auto error = [](const std::string& pattern) {
    return error_of(ErrorKind::usage, [&] { SplitPattern unused(pattern, "tokenizer.json"); });
  };
  for (const char* pattern :
       {R"(\w+)", R"(\bx)", R"(\h)", "^a", "a$", "[[:alpha:]]", "[a&&b]", R"([\S])", R"([^\P{L}])", R"(\pL)",
        R"(\p{Han})", R"(\p{^L})", "(?<n>a)", "(?m)a", "(*ACCEPT)", "a{,2}", "a{2}+", R"(a\)", R"(\x41)"}) {
    EXPECT_NE(error(pattern).find("which is not supported"), std::string::npos)
        << pattern << ": " << error(pattern);
  }
  EXPECT_NE(error("(a").find("is broken"), std::string::npos);
  EXPECT_NE(error("a)").find("is broken"), std::string::npos);
}

TEST(SplitPattern, runaway_patterns_end_with_an_error) {
  const SplitPattern pattern("(?:a+)+(?:b|c)", "tokenizer.json");
  const std::string message =
      error_of(ErrorKind::usage, [&] { pattern.split(std::string(60, 'a'), [](std::string_view, bool) {}); });
  EXPECT_NE(message.find("needs too much work"), std::string::npos) << message;
}

}  // namespace
}  // namespace cutlink::model
