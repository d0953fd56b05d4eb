// A directory of a test's own, gone when the test ends; and a Python interpreter's answer.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace cutlink {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "cutlink-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("mkdtemp failed");
    }
    path_ = name;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

// The message of the Error of `kind` that `work` throws; what happened instead where it throws none.
template <typename Work>
std::string error_of(ErrorKind kind, Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.kind() == kind ? error.what() : std::string("another kind of error: ") + error.what();
  }
  return "no error";
}

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
