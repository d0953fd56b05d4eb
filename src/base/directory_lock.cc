#include "base/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace cutlink {

std::optional<FileDescriptor> lock_directory(const std::filesystem::path& directory, ErrorKind kind) {
  FileDescriptor lock(directory, O_RDONLY | O_DIRECTORY, kind);
  if (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return std::nullopt;
  }
  return lock;
}

}  // namespace cutlink
