// A text file that grows while a run goes on, and can be taken up again at a byte that a checkpoint recorded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"

namespace cutlink::record {

// Every failure (disk full, no such folder, …) throws Error(run) with path and cause. What was flushed before
// stays in the file.
class AppendFile {
 public:
  // An empty file at `path`; what was there is gone.
  [[nodiscard]] static AppendFile create(const std::filesystem::path& path);
  // The file at `path` cut to its first `offset` bytes, to be continued there. It must have at least these.
  [[nodiscard]] static AppendFile open_at(const std::filesystem::path& path, std::uint64_t offset);

  AppendFile(AppendFile&&) noexcept = default;
  AppendFile& operator=(AppendFile&&) noexcept = default;
  ~AppendFile();  // flushes, and cannot tell whether that failed: flush() before, where it matters

  void append(std::string_view text) { buffer_ += text; }
  void flush();  // hands what was appended to the operating system, as one write
  void sync();   // flush, and wait until it is on the disk: before a checkpoint records offset()

  [[nodiscard]] std::uint64_t offset() const { return written_ + buffer_.size(); }

 private:
  AppendFile(FileDescriptor file, std::uint64_t offset);

  FileDescriptor file_;
  std::uint64_t written_;
  std::string buffer_;
};

}  // namespace cutlink::record
