#include "base/directory_lock.h"

#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/temporary_folder.h"

namespace cutlink {
namespace {

TEST(DirectoryLock, IsOnesAtATimeAndLeavesNoFile) {
  const TemporaryFolder folder;
  auto first = lock_directory(folder.path(), ErrorKind::run);
  ASSERT_TRUE(first);
  EXPECT_FALSE(lock_directory(folder.path(), ErrorKind::run));
  first.reset();
  EXPECT_TRUE(lock_directory(folder.path(), ErrorKind::run));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(DirectoryLock, WhatIsNoDirectoryIsAnError) {
  const TemporaryFolder folder;
  const std::filesystem::path none = folder / "none";
  EXPECT_NE(error_of(ErrorKind::usage, [&] { static_cast<void>(lock_directory(none, ErrorKind::usage)); })
                .find(none.string()),
            std::string::npos);
}

}  // namespace
}  // namespace cutlink
