#include "wire/tls/private_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace cutlink::wire {

namespace {

void check_mode(const FileDescriptor& file, const std::filesystem::path& path, const char* otherwise) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    file.fail("read");
  }
  if (!S_ISREG(status.st_mode)) {
    usage_error(path.string() + ": " + otherwise);
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    usage_error(path.string() + ": others than its owner may read it (chmod 600 " + path.string() + ")");
  }
}

}  // namespace

std::string read_private_file(const std::filesystem::path& file, std::size_t max_bytes,
                              const char* otherwise) {
  // Not blocking: a pipe of that name is refused, not waited for.
  const FileDescriptor open_file(file, O_RDONLY | O_NONBLOCK, ErrorKind::usage);
  check_mode(open_file, file, otherwise);
  std::string text(max_bytes + 1, '\0');  // at once: no copy of the secret stays where a string grew
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t n = ::read(open_file.number(), text.data() + size, text.size() - size);
    if (n < 0 && errno != EINTR) {
      open_file.fail("read");
    }
    if (n == 0) {
      break;
    }
    size += n > 0 ? static_cast<std::size_t>(n) : 0;
  }
  if (size > max_bytes) {
    OPENSSL_cleanse(text.data(), text.size());
    usage_error(file.string() + ": " + otherwise);
  }
  text.resize(size);
  return text;
}

}  // namespace cutlink::wire
