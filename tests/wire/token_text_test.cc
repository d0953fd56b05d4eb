#include "wire/token_text.h"

#include <gtest/gtest.h>

namespace cutlink::wire {
namespace {

TEST(TokenText, IsReadAsItWasWritten) {
  const wire::Token token = {0, 1, 2, 0x7f, 0x80, 0xff};
  EXPECT_EQ(to_text(token), "0001027f80ff00000000000000000000");
  EXPECT_EQ(parse_token(to_text(token)), token);
}

TEST(TokenText, IsNoneOfAnythingElse) {
  const std::string good = "000102030405060708090a0b0c0d0e0f";
  ASSERT_TRUE(parse_token(good));
  for (const std::string& bad : {std::string(), good.substr(1), good + "\n", " f" + good.substr(2),
                                 "+f" + good.substr(2), "0g" + good.substr(2), std::string(32, '\0')}) {
    EXPECT_EQ(parse_token(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace cutlink::wire
