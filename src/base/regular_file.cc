#include "base/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace cutlink {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::status_known(status)) {
    usage_error("cannot read " + path.string() + ": " + error.message());
  }
  return fs::exists(status);
}

FileDescriptor open_regular(const fs::path& path) {
  // O_NONBLOCK: opening a pipe that nobody writes to returns at once. Regular files do not know it.
  FileDescriptor file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, ErrorKind::usage);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    file.fail("examine");
  }
  if (!S_ISREG(status.st_mode)) {
    usage_error("cannot read " + path.string() + ": not a regular file");
  }
  return file;
}

std::string read_piece(const FileDescriptor& file, std::size_t bytes) {
  std::string piece(bytes, '\0');
  ssize_t got = 0;
  do {
    got = ::read(file.number(), piece.data(), piece.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    file.fail("read");
  }
  piece.resize(static_cast<std::size_t>(got));
  return piece;
}

std::string read_beginning(const fs::path& path, std::size_t bytes) {
  const FileDescriptor file = open_regular(path);
  std::string text;
  while (text.size() < bytes) {
    const std::string piece = read_piece(file, bytes - text.size());
    if (piece.empty()) {
      break;
    }
    text += piece;
  }
  return text;
}

std::string read_regular_file(const fs::path& path, std::uint64_t max_bytes) {
  constexpr std::size_t piece_bytes = 1U << 20;
  const FileDescriptor file = open_regular(path);
  std::string text;
  for (;;) {
    const std::string piece = read_piece(file, piece_bytes);
    if (piece.empty()) {
      return text;
    }
    text += piece;
    if (text.size() > max_bytes) {
      usage_error("cannot read " + path.string() + ": larger than the " + std::to_string(max_bytes) +
                  " bytes allowed for it");
    }
  }
}

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    entries.push_back(entry->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

}  // namespace cutlink
