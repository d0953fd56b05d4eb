// Files: read whole with a bound, mapped, and replaced so that a reader never sees half of one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/byte_io.h"
#include "base/error.h"

namespace cutlink {

// The whole file. Throws Error(usage) with path and cause; refuses files above max_bytes.
[[nodiscard]] ByteVector read_file(const std::filesystem::path& path, std::uint64_t max_bytes);
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path, std::uint64_t max_bytes);

// Who may read a file: all whom the umask lets, or nobody but its owner (mode 0600).
enum class FileReaders { all, owner };

// Writes a temporary file in the same directory, fsyncs it, renames it over `path`, fsyncs the directory.
// Throws Error(run) with path and cause; an earlier file at `path` stays intact then.
void replace_file(const std::filesystem::path& path, ByteSpan bytes, FileReaders readers = FileReaders::all);
void replace_file(const std::filesystem::path& path, std::string_view text,
                  FileReaders readers = FileReaders::all);

// Makes `directory` and those above it that are missing, and fsyncs the directory each was made in: else a loss of
// power takes them, and all that was synced in them. Returns whether `directory` itself was made. Throws Error(kind)
// with path and cause.
bool make_directories(const std::filesystem::path& directory, ErrorKind kind = ErrorKind::run);

// A read-only memory map. Movable; unmaps on destruction.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);  // throws Error(usage) with path and cause
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] ByteSpan bytes() const { return {data_, size_}; }  // valid while this object lives

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace cutlink
