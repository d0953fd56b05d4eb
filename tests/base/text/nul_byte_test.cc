#include "base/text/nul_byte.h"

#include <gtest/gtest.h>

#include "base/error_of.h"

namespace cutlink {
namespace {

TEST(NulByte, IsRefusedWhereverItStands) {
  using namespace std::string_view_literals;
  const auto answer = [](std::string_view text) {
    return error_of(ErrorKind::usage, [&] { refuse_nul(text, "a.json"); });
  };
  EXPECT_EQ(answer(""), "no error");
  EXPECT_EQ(answer("{\"a\":\"\\u0000\"}"), "no error");  // written as JSON writes it
  EXPECT_EQ(answer("{}\0"sv),
            "a.json: a NUL byte at byte 2: the file is damaged, or no text; write or download it again");
  EXPECT_EQ(answer("\0{}"sv).find("a.json: a NUL byte at byte 0"), 0U);
}

}  // namespace
}  // namespace cutlink
