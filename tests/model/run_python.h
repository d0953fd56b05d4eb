// A Python interpreter's answer.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace cutlink {

// Runs a script of tests/ in the virtual environment; paths hold no quotes. Returns its exit code.
inline int run_python(const std::string& script, const std::vector<std::filesystem::path>& arguments) {
  std::string command = "'";
  command.append(CUTLINK_PYTHON).append("' '").append(CUTLINK_SOURCE_DIR).append("/tests/").append(script);
  for (const std::filesystem::path& argument : arguments) {
    command.append("' '").append(argument.string());
  }
  return std::system(command.append("'").c_str());
}

}  // namespace cutlink
