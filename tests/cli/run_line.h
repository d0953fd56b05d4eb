// Runs a command line inside the test's own process.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/training/trainer_commands.h"

namespace cutlink::cli {

struct Ran {
  int exit_code = 0;
  std::string out;  // stdout
};

// Throws as run_command_line(); what was printed until then is dropped.
inline Ran run_line(std::vector<std::string> words) {
  words.insert(words.begin(), "cutlink");
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  testing::internal::CaptureStdout();
  Ran ran;
  try {
    ran.exit_code =
        run_command_line(static_cast<int>(arguments.size()), arguments.data(), trainer_commands());
  } catch (...) {
    static_cast<void>(testing::internal::GetCapturedStdout());
    throw;
  }
  ran.out = testing::internal::GetCapturedStdout();
  return ran;
}

}  // namespace cutlink::cli
