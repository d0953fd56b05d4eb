#include "model/tokenizer/added_tokens.h"

#include <gtest/gtest.h>

namespace cutlink::model {
namespace {

std::string split(const AddedTokens& tokens, const std::string& text) {
  std::string out;
  tokens.split(
      text, [&](std::string_view part) { out.append(1, '(').append(part).append(1, ')'); },
      [&](std::int32_t id) { out += std::to_string(id); });
  return out;
}

TEST(AddedTokens, leftmost_and_longest_win) {
  const AddedTokens tokens(
      {{1, "ab", true, false}, {2, "abc", true, false}, {3, "bcd", true, false}, {4, "é", false, false}});
  EXPECT_EQ(split(tokens, "abcd"), "2(d)");
  EXPECT_EQ(split(tokens, "xbcdab"), "(x)31");
  EXPECT_EQ(split(tokens, "ababé ab"), "114( )1");
  EXPECT_EQ(split(tokens, "a b"), "(a b)");
  EXPECT_EQ(split(tokens, ""), "");
}

TEST(AddedTokens, none_leave_the_text_whole) {
  EXPECT_EQ(split(AddedTokens(), "abc"), "(abc)");
  EXPECT_EQ(split(AddedTokens(std::vector<AddedToken>{}), "abc"), "(abc)");
}

}  // namespace
}  // namespace cutlink::model
