#include "base/file_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <functional>
#include <iterator>

#include "base/error.h"
#include "base/temporary_folder.h"

namespace cutlink {
namespace {

using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

void expect_error(ErrorKind kind, const std::string& text, const std::function<void()>& action) {
  try {
    action();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    EXPECT_THAT(error.what(), HasSubstr(text));
  }
}

std::ptrdiff_t entries(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

TEST(FileIo, ReadsBackWhatWasWritten) {
  const TemporaryFolder folder;
  for (const std::size_t size : {0UL, 1UL, 4096UL, (1UL << 20) - 1, 1UL << 20, (1UL << 20) + 1, 3000000UL}) {
    ByteVector bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] = static_cast<std::uint8_t>(i * 31 + (i >> 8));
    }
    replace_file(folder / "file", bytes);
    EXPECT_EQ(read_file(folder / "file", size), bytes);
    EXPECT_TRUE(std::ranges::equal(MappedFile(folder / "file").bytes(), bytes));
  }
  EXPECT_EQ(entries(folder / "."), 1);  // no temporary file is left
}

TEST(FileIo, RefusesAFileThatIsTooLarge) {
  const TemporaryFolder folder;
  replace_file(folder / "file", std::string_view("12345"));
  EXPECT_EQ(read_text_file(folder / "file", 5), "12345");
  expect_error(ErrorKind::usage, "larger than the 4 bytes",
               [&] { static_cast<void>(read_text_file(folder / "file", 4)); });
  expect_error(ErrorKind::usage, "larger than the 1000 bytes", [] {
    static_cast<void>(read_file("/dev/zero", 1000));  // states no size and never ends
  });
}

TEST(FileIo, ReadingErrorsNamePathAndCause) {
  const TemporaryFolder folder;
  const fs::path missing = folder / "missing";
  const std::string text = "cannot open " + missing.string() + ": No such file or directory";
  expect_error(ErrorKind::usage, text, [&] { static_cast<void>(read_file(missing, 10)); });
  expect_error(ErrorKind::usage, text, [&] { const MappedFile file(missing); });
  expect_error(ErrorKind::usage, "Is a directory", [&] { static_cast<void>(read_file(folder / ".", 10)); });
  expect_error(ErrorKind::usage, "cannot map", [&] { const MappedFile file(folder / "."); });
}

TEST(FileIo, ReplacesAFileInOnePiece) {
  const TemporaryFolder folder;
  replace_file(folder / "file", std::string_view("old"));
  const MappedFile reader(folder / "file");  // opened before the change: sees the old file, whole
  replace_file(folder / "file", std::string_view("newer"));
  EXPECT_EQ(std::string(reader.bytes().begin(), reader.bytes().end()), "old");
  EXPECT_EQ(read_text_file(folder / "file", 10), "newer");
  EXPECT_EQ(entries(folder / "."), 1);
}

TEST(FileIo, AFileForItsOwnerIsReadByNobodyElse) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(0);
  replace_file(folder / "all", std::string_view("x"));
  replace_file(folder / "mine", std::string_view("x"));
  replace_file(folder / "mine", std::string_view("y"), FileReaders::owner);
  ::umask(before);
  EXPECT_EQ(fs::status(folder / "all").permissions(), fs::perms{0666});
  EXPECT_EQ(fs::status(folder / "mine").permissions(), fs::perms{0600});
}

TEST(FileIo, AFailedReplacementLeavesNothingBehind) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "target/inside");  // a folder cannot be replaced by a file
  const fs::path target = folder / "target";
  expect_error(ErrorKind::run, "cannot replace " + target.string() + ": ",
               [&] { replace_file(target, std::string_view("x")); });
  EXPECT_EQ(entries(folder / "."), 1);
  EXPECT_TRUE(fs::exists(folder / "target/inside"));
  const fs::path nowhere = folder / "missing/file";
  expect_error(ErrorKind::run, "cannot open " + nowhere.string() + ": No such file or directory",
               [&] { replace_file(nowhere, std::string_view("x")); });
}

TEST(FileIo, MapsMove) {
  const TemporaryFolder folder;
  replace_file(folder / "a", std::string_view("aa"));
  replace_file(folder / "b", std::string_view("bbb"));
  MappedFile a(folder / "a");
  MappedFile b(std::move(a));
  EXPECT_EQ(b.bytes().size(), 2U);
  b = MappedFile(folder / "b");
  EXPECT_EQ(b.bytes().size(), 3U);
  EXPECT_EQ(b.bytes()[0], 'b');
}

}  // namespace
}  // namespace cutlink
