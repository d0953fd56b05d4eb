#include "cli/output_paths.h"

#include <gtest/gtest.h>

#include "base/error_of.h"
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
  EXPECT_NE(file_error(scratch.path()).find("is a directory"), std::string::npos);
  EXPECT_NE(file_error(scratch.path() / "none" / "t.csv").find("there is no directory"), std::string::npos);
  EXPECT_NE(file_error("/proc/t.csv").find("cannot write in /proc"), std::string::npos);
}

}  // namespace
}  // namespace cutlink::cli
