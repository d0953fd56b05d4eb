#include "record/append_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <optional>

#include "base/file_io.h"
#include "base/temporary_folder.h"

namespace cutlink::record {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string run_error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::run);
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(AppendFile, FlushedTextIsInTheFileWhileItIsOpen) {
  const TemporaryFolder folder;
  AppendFile file = AppendFile::create(folder / "log");
  file.append("one\n");
  EXPECT_EQ(read_text_file(folder / "log", 100), "");
  EXPECT_EQ(file.offset(), 4U);  // counts what will be there
  file.flush();
  EXPECT_EQ(read_text_file(folder / "log", 100), "one\n");
  file.append("two\n");
  file.sync();
  EXPECT_EQ(read_text_file(folder / "log", 100), "one\ntwo\n");
  EXPECT_EQ(file.offset(), 8U);
}

TEST(AppendFile, KeepsTheRestWhenItGoes) {
  const TemporaryFolder folder;
  { AppendFile::create(folder / "log").append("kept"); }
  EXPECT_EQ(read_text_file(folder / "log", 100), "kept");
}

TEST(AppendFile, OpenAtCutsWhatCameAfter) {
  const TemporaryFolder folder;
  replace_file(folder / "log", std::string_view("before|after"));
  AppendFile file = AppendFile::open_at(folder / "log", 7);
  EXPECT_EQ(file.offset(), 7U);
  EXPECT_EQ(read_text_file(folder / "log", 100), "before|");
  file.append("anew");
  file.flush();
  EXPECT_EQ(read_text_file(folder / "log", 100), "before|anew");
}

TEST(AppendFile, OpenAtRefusesAFileThatIsTooShort) {
  const TemporaryFolder folder;
  replace_file(folder / "log", std::string_view("short"));
  EXPECT_THAT(run_error_of([&] { static_cast<void>(AppendFile::open_at(folder / "log", 6)); }),
              AllOf(HasSubstr((folder / "log").string()), HasSubstr("has 5 bytes"), HasSubstr("at 6")));
  EXPECT_EQ(read_text_file(folder / "log", 100), "short");
}

TEST(AppendFile, ErrorsNamePathAndCause) {
  const TemporaryFolder folder;
  const std::filesystem::path nowhere = folder / "missing/log";
  EXPECT_EQ(run_error_of([&] { static_cast<void>(AppendFile::create(nowhere)); }),
            "cannot open " + nowhere.string() + ": No such file or directory");
  EXPECT_THAT(run_error_of([&] { static_cast<void>(AppendFile::open_at(nowhere, 0)); }),
              HasSubstr("No such file or directory"));
  const std::filesystem::path itself = folder / ".";
  EXPECT_THAT(run_error_of([&] { static_cast<void>(AppendFile::create(itself)); }),
              HasSubstr("Is a directory"));
}

TEST(AppendFile, AFullDiskIsAnError) {
  if (!std::filesystem::exists("/dev/full")) {
    GTEST_SKIP() << "needs /dev/full";
  }
  AppendFile file = AppendFile::create("/dev/full");
  file.append("row\n");
  EXPECT_EQ(run_error_of([&] { file.flush(); }), "cannot write /dev/full: No space left on device");
  EXPECT_NO_THROW(file.flush());  // the row that failed is not written a second time
}

}  // namespace
}  // namespace cutlink::record
