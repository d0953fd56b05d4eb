// Runs a fuzz target over files and folders of inputs: the corpus as a test, and any file that a fuzzer
// found.
//
//   fuzz_NAME CORPUS_FOLDER_OR_FILE…
#include <algorithm>
#include <exception>
#include <filesystem>
#include <vector>

#include "base/file_io.h"
#include "fuzz/fuzz_input.h"

namespace {

std::vector<std::filesystem::path> inputs_in(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    return {path};
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const std::filesystem::path& file : inputs_in(argv[i])) {
      try {
        const cutlink::ByteVector bytes = cutlink::read_file(file, 1U << 30U);
        static_cast<void>(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()));
        ++count;
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", file.c_str(), error.what());
        return 1;
      }
    }
  }
  std::printf("%zu inputs\n", count);
  return count > 0 ? 0 : 2;  // a corpus that is not found is no success
}
