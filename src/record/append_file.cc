#include "record/append_file.h"

#include <fcntl.h>

#include <utility>

#include "base/byte_io.h"
#include "base/error.h"

namespace cutlink::record {

namespace {
constexpr int no_waiting =
    O_NONBLOCK;  // a pipe of this name that nobody reads is refused; files do not know it
}

AppendFile::AppendFile(FileDescriptor file, std::uint64_t offset)
    : file_(std::move(file)), written_(offset) {}

AppendFile AppendFile::create(const std::filesystem::path& path) {
  return {FileDescriptor(path, O_WRONLY | O_CREAT | O_TRUNC | no_waiting, ErrorKind::run), 0};
}

AppendFile AppendFile::open_at(const std::filesystem::path& path, std::uint64_t offset) {
  FileDescriptor file(path, O_WRONLY | no_waiting, ErrorKind::run);
  const std::uint64_t size = file.size();
  if (size < offset) {
    run_error("cannot go on in " + path.string() + ": it has " + std::to_string(size) +
              " bytes, the checkpoint was made at " + std::to_string(offset) +
              " (restore the file, or start the run anew)");
  }
  file.truncate(offset);
  file.seek(offset);
  return {std::move(file), offset};
}

AppendFile::~AppendFile() {
  if (!buffer_.empty()) {
    try {
      flush();
    } catch (const Error&) {
      // Already unwinding, or nobody asked: an owner who cares has called flush().
    }
  }
}

void AppendFile::flush() {
  // Taken out first: after a failed write the same bytes must not be written once more.
  const std::string text = std::exchange(buffer_, {});
  file_.write_all(ByteSpan(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  written_ += text.size();
}

void AppendFile::sync() {
  flush();
  file_.sync();
}

}  // namespace cutlink::record
