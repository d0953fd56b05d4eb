#include "cli/options/output_paths.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/error_of.h"
#include "base/file_io.h"
#include "base/temporary_folder.h"

namespace cutlink::cli {
namespace {

namespace fs = std::filesystem;

std::string directory_error(const fs::path& path) {
  return error_of(ErrorKind::usage, [&] { check_output_directory(path, "--output"); });
}
std::string file_error(const fs::path& path) {
  return error_of(ErrorKind::usage, [&] { check_output_file(path, "--export-csv"); });
}

TEST(OutputPaths, WhatCanBeWrittenPassesAndLeavesNothing) {
  const TemporaryFolder scratch;
  EXPECT_EQ(directory_error(scratch.path()), "no error");
  EXPECT_EQ(directory_error(scratch.path() / "runs" / "deep" / ""), "no error");
  EXPECT_EQ(file_error(scratch.path() / "t.csv"), "no error");
  EXPECT_EQ(file_error(scratch.write("old.csv", "x")), "no error");
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), {}), 1);  // old.csv
}

TEST(OutputPaths, WhatCannotIsNamedWithTheOptionAndTheReason) {
  const TemporaryFolder scratch;
  const fs::path file = scratch.write("file", "x");
  EXPECT_NE(directory_error(file).find("--output " + file.string()), std::string::npos);
  EXPECT_NE(directory_error(file / "x").find("is no directory"), std::string::npos);
  EXPECT_NE(directory_error("/proc/x/y").find("cannot write in /proc"), std::string::npos);
  EXPECT_NE(directory_error(std::string(300, 'x')).find("too long"), std::string::npos);
  EXPECT_EQ(directory_error("caf\xe9"), "--output caf\xEF\xBF\xBD: is not UTF-8; name another place");
  EXPECT_EQ(directory_error(scratch.path() / "café"), "no error");
  EXPECT_NE(file_error(scratch.path()).find("is a directory"), std::string::npos);
  EXPECT_NE(file_error(scratch.path() / "none" / "t.csv").find("there is no directory"), std::string::npos);
  EXPECT_NE(file_error("/proc/t.csv").find("cannot write in /proc"), std::string::npos);
}

std::string text_of(const fs::path& path) { return read_text_file(path, 1000); }

TEST(OutputPaths, ALinkStaysAndWhatItPointsToIsReplaced) {
  const TemporaryFolder scratch;
  const fs::path target = scratch.write("target.csv", "old");
  const fs::path link = scratch.path() / "link.csv";
  fs::create_symlink("target.csv", link);
  const fs::path chain = scratch.path() / "chain.csv";
  fs::create_symlink("link.csv", chain);
  EXPECT_EQ(file_error(chain), "no error");
  write_output_file(chain, "new");
  EXPECT_TRUE(fs::is_symlink(chain));
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(text_of(target), "new");

  const fs::path dangling = scratch.path() / "dangling.csv";
  fs::create_symlink("made.csv", dangling);
  write_output_file(dangling, "made");
  EXPECT_TRUE(fs::is_symlink(dangling));
  EXPECT_EQ(text_of(scratch.path() / "made.csv"), "made");
}

TEST(OutputPaths, WhatIsNoFileIsWrittenToAndStays) {
  const TemporaryFolder scratch;
  const fs::path pipe = scratch.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(file_error(pipe), "no error");
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  write_output_file(pipe, "through");
  std::string read_back(20, ' ');
  read_back.resize(static_cast<std::size_t>(std::max<ssize_t>(0, read(reader, read_back.data(), 20))));
  close(reader);
  EXPECT_EQ(read_back, "through");
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_EQ(file_error("/dev/null"), "no error");
  EXPECT_NE(error_of(ErrorKind::run, [] { write_output_file("/dev/full", "x"); }).find("/dev/full"),
            std::string::npos);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

}  // namespace
}  // namespace cutlink::cli
