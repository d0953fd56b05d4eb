#include "base/text/utf8.h"

#include <gtest/gtest.h>

namespace cutlink {
namespace {

TEST(Utf8, every_code_point_goes_there_and_back) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) {
      continue;
    }
    std::string text;
    append_utf8(text, c);
    const Utf8Step step = utf8_step(text, 0);
    ASSERT_TRUE(step.valid && step.code_point == c && step.length == text.size()) << std::hex << +c;
  }
}

TEST(Utf8, ill_formed_text_is_found) {
  EXPECT_EQ(valid_utf8_prefix("añb"), 4U);
  for (const char* bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3\x28"}) {
    EXPECT_EQ(valid_utf8_prefix(std::string("ab") + bad), 2U) << bad;
  }
}

// The examples of Unicode 15, section 3.9, tables 3-8 to 3-11.
TEST(Utf8, maximal_parts_become_one_replacement_each) {
  const std::string r = "\uFFFD";
  EXPECT_EQ(to_valid_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(to_valid_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(to_valid_utf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(to_valid_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), r + r + r + r + "A");
  EXPECT_EQ(to_valid_utf8("héé"), "héé");
}

}  // namespace
}  // namespace cutlink
