#include "base/text/one_line.h"

#include <gtest/gtest.h>

namespace cutlink {
namespace {

TEST(OneLine, ControlCharactersAreShownAndTheRestIsKept) {
  EXPECT_EQ(on_one_line("a\nb\tc\x1b[0m\x7f"), "a\\nb\\tc\\u001b[0m\\u007f");
  EXPECT_EQ(on_one_line("r\xC3\xA4ume, \"quotes\" and \\"), "r\xC3\xA4ume, \"quotes\" and \\");
  EXPECT_EQ(on_one_line(std::string_view("a\0b", 3)), "a\\u0000b");
  EXPECT_EQ(on_one_line(""), "");
}

TEST(OneLine, OnlyAsciiControlsAreControls) {
  for (int code = 0; code < 256; ++code) {
    EXPECT_EQ(is_control(static_cast<char>(code)), code < 0x20 || code == 0x7f) << code;
  }
}

}  // namespace
}  // namespace cutlink
