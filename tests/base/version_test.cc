#include "base/version.h"

#include <gtest/gtest.h>

#include <regex>

namespace cutlink {
namespace {

TEST(Version, IsThreeNumbers) { EXPECT_TRUE(std::regex_match(version(), std::regex("\\d+\\.\\d+\\.\\d+"))); }

TEST(Version, CommitIsAHashOrNothing) {
  EXPECT_TRUE(std::regex_match(commit(), std::regex("([0-9a-f]{7,40}(-dirty)?)?"))) << commit();
}

}  // namespace
}  // namespace cutlink
