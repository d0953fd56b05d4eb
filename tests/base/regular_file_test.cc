#include "base/regular_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error_of.h"
#include "base/file_io.h"
#include "base/temporary_folder.h"

namespace cutlink {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(RegularFile, ReadsAWholeFileOrItsBeginning) {
  const TemporaryFolder folder;
  replace_file(folder / "file", std::string_view("12345"));
  EXPECT_EQ(read_regular_file(folder / "file", 5), "12345");
  EXPECT_EQ(read_beginning(folder / "file", 3), "123");
  EXPECT_EQ(read_beginning(folder / "file", 9), "12345");
  EXPECT_THAT(error_of(ErrorKind::usage, [&] { static_cast<void>(read_regular_file(folder / "file", 4)); }),
              HasSubstr("larger than the 4 bytes"));
}

TEST(RegularFile, NothingElseIsOpened) {
  const TemporaryFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  fs::create_symlink(folder / "loop", folder / "loop");
  const auto refusal = [](const fs::path& path) {
    return error_of(ErrorKind::usage, [&] { static_cast<void>(read_regular_file(path, 10)); });
  };
  EXPECT_THAT(refusal(folder / "pipe"), HasSubstr("pipe: not a regular file"));  // and does not block
  EXPECT_THAT(refusal(folder / "."), HasSubstr("not a regular file"));
  EXPECT_THAT(refusal("/dev/zero"), HasSubstr("not a regular file"));
  EXPECT_THAT(refusal(folder / "loop"), HasSubstr("Too many levels of symbolic links"));
  EXPECT_THAT(refusal(folder / "missing"), HasSubstr("No such file"));
}

TEST(RegularFile, WhetherSomethingIsThereIsToldOrRefused) {
  const TemporaryFolder folder;
  fs::create_symlink(folder / "loop", folder / "loop");
  fs::create_symlink(folder / "nowhere", folder / "dangling");
  EXPECT_TRUE(is_there(folder / "."));
  EXPECT_FALSE(is_there(folder / "missing"));
  EXPECT_FALSE(is_there(folder / "dangling"));
  EXPECT_THAT(error_of(ErrorKind::usage, [&] { static_cast<void>(is_there(folder / "loop")); }),
              HasSubstr("loop: Too many levels of symbolic links"));
}

TEST(RegularFile, EntriesComeInTheOrderOfTheirNames) {
  const TemporaryFolder folder;
  replace_file(folder / "b", std::string_view("b"));
  replace_file(folder / "a", std::string_view("a"));
  fs::create_symlink(folder / "c", folder / "c");
  EXPECT_THAT(entries_of(folder / ""), ElementsAre(folder / "a", folder / "b", folder / "c"));
  EXPECT_TRUE(entries_of(folder / "a").empty());
  EXPECT_TRUE(entries_of(folder / "c").empty());
  EXPECT_TRUE(entries_of(folder / "missing").empty());
}

}  // namespace
}  // namespace cutlink
