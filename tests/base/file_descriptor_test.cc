#include "base/file_descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file_io.h"
#include "base/temporary_folder.h"

namespace cutlink {
namespace {

const ByteVector abc = {'a', 'b', 'c'};

TEST(FileDescriptor, WritesSeeksAndTruncates) {
  const TemporaryFolder folder;
  FileDescriptor file(folder / "file", O_RDWR | O_CREAT, ErrorKind::run);
  file.write_all(abc);
  file.write_all(abc);
  EXPECT_EQ(file.size(), 6U);
  file.truncate(4);
  file.seek(1);
  file.write_all(ByteSpan(abc).last(1));
  file.sync();
  file.close();
  EXPECT_EQ(read_text_file(folder / "file", 10), "acca");
}

TEST(FileDescriptor, ClosesOnceAndMoves) {
  const TemporaryFolder folder;
  int number = -1;
  {
    FileDescriptor first(folder / "file", O_WRONLY | O_CREAT, ErrorKind::run);
    number = first.number();
    FileDescriptor second(std::move(first));
    EXPECT_EQ(second.number(), number);
    second = FileDescriptor(folder / "other", O_WRONLY | O_CREAT, ErrorKind::run);
    EXPECT_EQ(::fcntl(number, F_GETFD), -1);  // the first file went when it was replaced
    number = second.number();
  }
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST(FileDescriptor, ErrorsHaveTheKindAndNameThatTheOwnerChose) {
  try {
    const FileDescriptor file("/nowhere/at/all", O_RDONLY, ErrorKind::usage, "shown");
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_STREQ(error.what(), "cannot open shown: No such file or directory");
  }
}

TEST(FileDescriptor, AFullDiskIsAnError) {
  if (!std::filesystem::exists("/dev/full")) {
    GTEST_SKIP() << "needs /dev/full";
  }
  FileDescriptor file("/dev/full", O_WRONLY, ErrorKind::run);
  EXPECT_THROW(file.write_all(abc), Error);
}

}  // namespace
}  // namespace cutlink
