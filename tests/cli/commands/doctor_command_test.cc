// What doctor finds differs from machine to machine; which topics it looks at, and how a line is built, does
// not.
#include <gtest/gtest.h>

#include <sstream>

#include "base/temporary_folder.h"
#include "cli/run_line.h"

namespace cutlink::cli {
namespace {

std::vector<std::string> lines_of(const Ran& ran) {
  std::vector<std::string> lines;
  std::istringstream in(ran.out);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::string line_with(const std::vector<std::string>& lines, const std::string& topic) {
  for (const std::string& line : lines) {
    if (line.starts_with(topic + " ")) {
      return line;
    }
  }
  return "no line of " + topic;
}

TEST(DoctorCommand, LooksAtEveryTopic) {
  setenv("CUTLINK_ROOT", CUTLINK_SOURCE_DIR, 1);
  const Ran ran = run_line({"doctor"});
  EXPECT_EQ(ran.exit_code, 0);
  const std::vector<std::string> lines = lines_of(ran);
  for (const char* topic :
       {"cutlink", "torch", "cpu", "memory", "worlds", "links", "profiles", "model", "data"}) {
    const std::string line = line_with(lines, topic);
    ASSERT_GT(line.size(), 19U);
    EXPECT_TRUE(line.substr(10, 9) == "ok       " || line.substr(10, 9) == "missing  ") << line;
  }
  EXPECT_NE(line_with(lines, "cuda").find("run on the CPU"), std::string::npos);
}

TEST(DoctorCommand, WhatIsMissingComesWithARemedy) {
  const TemporaryFolder empty;
  setenv("CUTLINK_ROOT", empty.path().c_str(), 1);
  const std::vector<std::string> lines = lines_of(run_line({"doctor"}));
  EXPECT_NE(line_with(lines, "links").find("missing"), std::string::npos);
  EXPECT_NE(line_with(lines, "links").find("CUTLINK_ROOT"), std::string::npos);
  EXPECT_NE(line_with(lines, "model").find("cutlink pretrain scenarios/models/tiny"), std::string::npos);
  setenv("CUTLINK_ROOT", CUTLINK_SOURCE_DIR, 1);
}

}  // namespace
}  // namespace cutlink::cli
