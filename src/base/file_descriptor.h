// A file that is open for as long as this object lives, and the few system calls we make on one, checked.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

#include "base/byte_io.h"
#include "base/error.h"
#include "base/owned_fd.h"

namespace cutlink {

class FileDescriptor {
 public:
  // Opens `path` with open(2)'s flags (O_CLOEXEC is added). Every failure, here and below, throws Error(kind)
  // with path and cause; `shown`, if not empty, is the path to name there (of the file that this one stands
  // in for). mode: of a file that is made, less the umask.
  FileDescriptor(const std::filesystem::path& path, int flags, ErrorKind kind,
                 const std::filesystem::path& shown = {}, mode_t mode = 0666);

  [[nodiscard]] int number() const { return fd_.number(); }
  [[nodiscard]] const std::filesystem::path& shown() const { return shown_; }

  [[nodiscard]] std::uint64_t size() const;
  void write_all(ByteSpan bytes);
  void truncate(std::uint64_t size);
  void seek(std::uint64_t offset);
  void sync();
  void close();

  // Throws Error(kind): cannot `action` PATH: cause of errno.
  [[noreturn]] void fail(const char* action) const;

 private:
  std::filesystem::path shown_;
  OwnedFd fd_;  // closes without a check: errors of writing show up in sync() or close()
  ErrorKind kind_;
};

}  // namespace cutlink
