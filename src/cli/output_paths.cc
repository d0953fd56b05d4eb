#include "cli/output_paths.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.h"

namespace cutlink::cli {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const fs::path& path, const std::string& option, const std::string& why) {
  usage_error(fmt::format("{} {}: {}; name another place", option, path.string(), why));
}

// Permission bits do not tell all (read-only mounts, /proc, the superuser): makes a file without a name, or
// where the file system knows none a directory that is removed at once.
void try_to_write(const fs::path& directory, const fs::path& named, const std::string& option) {
  if (const int nameless = open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600); nameless >= 0) {
    close(nameless);
    return;
  }
  std::string probe = (directory / ".cutlink-XXXXXX").string();
  if (mkdtemp(probe.data()) == nullptr) {
    const int error = errno;
    refuse(named, option, fmt::format("cannot write in {}: {}", directory.string(), std::strerror(error)));
  }
  rmdir(probe.c_str());
}

fs::file_status status_of(const fs::path& path, const fs::path& named, const std::string& option) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::status_known(status)) {
    refuse(named, option, error.message());
  }
  return status;
}

}  // namespace

void check_output_directory(const fs::path& directory, const std::string& option) {
  fs::path there = fs::absolute(directory).lexically_normal();
  if (!there.has_filename()) {
    there = there.parent_path();  // "runs/" and "runs" are one
  }
  fs::file_status status = status_of(there, directory, option);
  while (!fs::exists(status) && there.has_relative_path()) {
    there = there.parent_path();
    status = status_of(there, directory, option);
  }
  if (!fs::is_directory(status)) {
    refuse(directory, option, fmt::format("{} is no directory", there.string()));
  }
  try_to_write(there, directory, option);
}

void check_output_file(const fs::path& file, const std::string& option) {
  const fs::file_status status = status_of(file, file, option);
  if (fs::is_directory(status) || !file.has_filename()) {
    refuse(file, option, "is a directory, a file is wanted");
  }
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(status_of(folder, file, option))) {
    refuse(file, option, fmt::format("there is no directory {}", folder.string()));
  }
  try_to_write(folder, file, option);
}

}  // namespace cutlink::cli
