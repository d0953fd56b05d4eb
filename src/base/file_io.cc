#include "base/file_io.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace cutlink {
namespace {

// Reads to the end in pieces, so that a file which grows, or a pipe that states no size, stays bounded too.
template <typename Container>
Container read_all(const std::filesystem::path& path, std::uint64_t max_bytes) {
  constexpr std::uint64_t piece = 1U << 20;
  const FileDescriptor file(path, O_RDONLY, ErrorKind::usage);
  Container content;
  std::uint64_t expected = file.size();
  for (;;) {
    const std::size_t at = content.size();
    // One byte beyond what is expected: the usual file ends with the second, empty read.
    const std::uint64_t wanted = expected >= at ? expected - at + 1 : piece;
    content.resize(at + static_cast<std::size_t>(std::min({wanted, piece, max_bytes + 1 - at})));
    ssize_t got = 0;
    do {
      got = ::read(file.number(), content.data() + at, content.size() - at);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
      file.fail("read");
    }
    content.resize(at + static_cast<std::size_t>(got));
    if (got == 0) {
      return content;
    }
    if (content.size() > max_bytes) {
      usage_error("cannot read " + path.string() + ": larger than the " + std::to_string(max_bytes) +
                  " bytes allowed for it");
    }
  }
}

// A name beside `path` that no other writer of this machine uses.
std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  static std::atomic<unsigned> count{0};
  std::filesystem::path name = path;
  name += ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
  return name;
}

void sync_directory(const std::filesystem::path& directory, ErrorKind kind) {
  FileDescriptor(directory.empty() ? "." : directory, O_RDONLY | O_DIRECTORY, kind).sync();
}

}  // namespace

ByteVector read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_all<ByteVector>(path, max_bytes);
}

std::string read_text_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_all<std::string>(path, max_bytes);
}

void replace_file(const std::filesystem::path& path, ByteSpan bytes, FileReaders readers) {
  const std::filesystem::path temporary = temporary_beside(path);
  const mode_t mode = readers == FileReaders::owner ? S_IRUSR | S_IWUSR : 0666;
  FileDescriptor file(temporary, O_WRONLY | O_CREAT | O_EXCL, ErrorKind::run, path, mode);
  try {
    file.write_all(bytes);
    file.sync();
    file.close();
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
      file.fail("replace");
    }
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_directory(path.parent_path(), ErrorKind::run);
}

void replace_file(const std::filesystem::path& path, std::string_view text, FileReaders readers) {
  replace_file(path, ByteSpan(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), readers);
}

bool make_directories(const std::filesystem::path& directory, ErrorKind kind) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (directory.empty() || fs::is_directory(directory, error)) {
    return false;
  }
  const fs::path whole =
      directory.has_filename() ? directory : directory.parent_path();  // without a last slash
  make_directories(whole.parent_path(), kind);
  const bool made = fs::create_directory(whole, error);
  if (error) {
    throw Error(kind, "cannot create the directory " + whole.string() + ": " + error.message());
  }
  if (made) {
    sync_directory(whole.parent_path(), kind);
  }
  return made;
}

MappedFile::MappedFile(const std::filesystem::path& path) {
  const FileDescriptor file(path, O_RDONLY, ErrorKind::usage);
  size_ = static_cast<std::size_t>(file.size());
  if (size_ == 0) {
    return;  // mmap refuses empty files
  }
  void* const mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (mapped == MAP_FAILED) {
    file.fail("map");
  }
  data_ = static_cast<const std::uint8_t*>(mapped);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) {
    ::munmap(const_cast<std::uint8_t*>(data_), size_);
  }
}

}  // namespace cutlink
