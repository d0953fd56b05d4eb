#include "base/file_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace cutlink {

FileDescriptor::FileDescriptor(const std::filesystem::path& path, int flags, ErrorKind kind,
                               const std::filesystem::path& shown, mode_t mode)
    : shown_(shown.empty() ? path : shown), kind_(kind) {
  do {
    fd_ = OwnedFd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  } while (fd_.number() < 0 && errno == EINTR);
  if (fd_.number() < 0) {
    fail("open");
  }
}

std::uint64_t FileDescriptor::size() const {
  struct stat status {};
  if (::fstat(number(), &status) != 0) {
    fail("examine");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

void FileDescriptor::write_all(ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(number(), bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail("write");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void FileDescriptor::truncate(std::uint64_t size) {
  if (::ftruncate(number(), static_cast<off_t>(size)) != 0) {
    fail("truncate");
  }
}

void FileDescriptor::seek(std::uint64_t offset) {
  if (::lseek(number(), static_cast<off_t>(offset), SEEK_SET) < 0) {
    fail("seek in");
  }
}

void FileDescriptor::sync() {
  // EINVAL: a device or pipe that has nothing to sync.
  if (::fsync(number()) != 0 && errno != EINVAL) {
    fail("write");
  }
}

void FileDescriptor::close() {
  const int fd = fd_.release();
  if (fd >= 0 && ::close(fd) != 0 && errno != EINTR) {
    fail("write");
  }
}

void FileDescriptor::fail(const char* action) const {
  const std::string cause = std::generic_category().message(errno);
  throw Error(kind_, std::string("cannot ") + action + " " + shown_.string() + ": " + cause);
}

}  // namespace cutlink
