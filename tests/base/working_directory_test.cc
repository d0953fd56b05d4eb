#include "base/working_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/temporary_folder.h"

namespace cutlink {
namespace {

namespace fs = std::filesystem;

TEST(WorkingDirectory, MakesPathsAbsolute) {
  EXPECT_EQ(absolute_path("/a/./b/../c"), "/a/c");
  EXPECT_EQ(absolute_path("x"), fs::current_path() / "x");
  EXPECT_EQ(working_directory(), fs::current_path());
}

TEST(WorkingDirectory, ThatWasRemovedIsAnErrorOfOurs) {
  const fs::path before = fs::current_path();
  const TemporaryFolder folder;
  fs::create_directory(folder / "gone");
  fs::current_path(folder / "gone");
  fs::remove(folder / "gone");
  const std::string said = error_of(ErrorKind::usage, [] { static_cast<void>(absolute_path("x")); });
  EXPECT_EQ(absolute_path("/x"), "/x");
  fs::current_path(before);
  EXPECT_THAT(said, testing::HasSubstr("cannot tell the working directory: No such file or directory"));
}

}  // namespace
}  // namespace cutlink
