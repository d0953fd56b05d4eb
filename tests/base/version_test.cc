#include "base/version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutlink {
namespace {

using testing::AnyOf;
using testing::IsEmpty;
using testing::MatchesRegex;

TEST(Version, IsThreeNumbers) { EXPECT_THAT(version(), MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+")); }

TEST(Version, CommitIsAHashOrNothing) {
  EXPECT_THAT(commit(), AnyOf(IsEmpty(), MatchesRegex("[0-9a-f]+"), MatchesRegex("[0-9a-f]+-dirty")));
}

}  // namespace
}  // namespace cutlink
