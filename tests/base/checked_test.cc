#include "base/checked.h"

#include <gtest/gtest.h>

#include <limits>

namespace cutlink {
namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

TEST(Checked, ExactAtTheEdges) {
  EXPECT_EQ(checked_mul(most, 1, "x"), most);
  EXPECT_EQ(checked_mul(most, 0, "x"), 0U);
  EXPECT_EQ(checked_mul(1ULL << 32, (1ULL << 32) - 1, "x"), 0xffffffff00000000ULL);
  EXPECT_EQ(checked_add(most, 0, "x"), most);
  EXPECT_EQ(checked_add(most - 1, 1, "x"), most);
}

TEST(Checked, ThrowsInsteadOfWrapping) {
  EXPECT_THROW(static_cast<void>(checked_mul(1ULL << 32, 1ULL << 32, "x")), Error);
  EXPECT_THROW(static_cast<void>(checked_mul(most, most, "x")), Error);
  EXPECT_THROW(static_cast<void>(checked_add(most, 1, "x")), Error);
}

TEST(Checked, NamesWhatAndKind) {
  try {
    static_cast<void>(checked_mul(most, 2, "tensor w", ErrorKind::peer));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
    EXPECT_EQ(error.exit_code(), 3);
    EXPECT_STREQ(error.what(), "tensor w: size 18446744073709551615 x 2 does not fit 64 bits");
  }
}

}  // namespace
}  // namespace cutlink
