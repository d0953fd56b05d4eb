#include "cli/options/output_paths.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/file_io.h"
#include "base/text/utf8.h"
#include "base/working_directory.h"

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

bool is_open_descriptor(const fs::path& file) {
  return file.native().starts_with("/proc/") || file.native().starts_with("/dev/fd/");
}

// Where a chain of links ends, there or not; /dev/stdout ends at the descriptor, whatever that is.
fs::path behind_links(fs::path file) {
  std::error_code error;
  constexpr int max_links = 40;  // as the kernel follows
  for (int i = 0; i < max_links && fs::is_symlink(fs::symlink_status(file, error)); ++i) {
    if (is_open_descriptor(file)) {
      break;
    }
    file = file.parent_path() / fs::read_symlink(file, error);
  }
  return file;
}

bool is_written_to(const fs::path& file, const fs::file_status& status) {
  return fs::exists(status) && !fs::is_directory(status) &&
         (!fs::is_regular_file(status) || is_open_descriptor(file));
}

}  // namespace

void check_output_directory(const fs::path& directory, const std::string& option) {
  // run.json is UTF-8 and names the directory.
  if (const std::string& name = directory.native(); valid_utf8_prefix(name) != name.size()) {
    refuse(to_valid_utf8(name), option, "is not UTF-8");
  }
  fs::path there = absolute_path(directory);
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

void check_output_file(const fs::path& named, const std::string& option) {
  if (named == "-") {
    return;
  }
  const fs::path file = behind_links(named);
  const fs::file_status status = status_of(file, named, option);
  if (fs::is_directory(status) || !file.has_filename()) {
    refuse(named, option, "is a directory, a file is wanted");
  }
  if (is_written_to(file, status)) {
    if (access(file.c_str(), W_OK) != 0) {
      refuse(named, option, std::strerror(errno));
    }
    return;
  }
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(status_of(folder, named, option))) {
    refuse(named, option, fmt::format("there is no directory {}", folder.string()));
  }
  try_to_write(folder, named, option);
}

void write_output_file(const fs::path& named, std::string_view text) {
  if (named == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);  // the end of the program looks whether that went well
    return;
  }
  const fs::path file = behind_links(named);
  std::error_code none;
  if (!is_written_to(file, fs::status(file, none))) {
    replace_file(file, text);
    return;
  }
  FileDescriptor out(file, O_WRONLY | O_APPEND, ErrorKind::run, named);
  out.write_all(ByteSpan(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace cutlink::cli
