#include "wire/tls/key_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

#include "base/byte_io.h"
#include "base/error.h"
#include "base/file_descriptor.h"
#include "wire/tls/private_file.h"

namespace cutlink::wire {

namespace {

constexpr std::string_view format_word = "cutlink-key-1";
constexpr std::string_view identity_prefix = "cutlink-";
constexpr std::size_t identity_digits = 16;
constexpr std::string_view hex_digits = "0123456789abcdef";

void random_bytes(std::span<std::uint8_t> out) {
  if (RAND_priv_bytes(out.data(), static_cast<int>(out.size())) != 1) {
    run_error("cannot make a key: the system gives no random bytes");
  }
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += hex_digits[byte >> 4U];
    text += hex_digits[byte & 15U];
  }
  return text;
}

bool is_hex(std::string_view text) { return text.find_first_not_of(hex_digits) == std::string_view::npos; }

std::uint8_t hex_value(char c) { return static_cast<std::uint8_t>(hex_digits.find(c)); }

constexpr std::size_t max_key_bytes = 255;  // longer than any key
constexpr const char* not_a_key = "not a key (make one with: cutlink keygen FILE)";

[[noreturn]] void refuse(const std::filesystem::path& file) { usage_error(file.string() + ": " + not_a_key); }

// One line: the word, the identity, the secret in hexadecimal digits.
std::string text_of(const PresharedKey& key) {
  return std::string(format_word) + ' ' + key.identity + ' ' + to_hex(key.secret) + '\n';
}

// The descriptor of a file that is new, for its owner only.
int create_private(const std::filesystem::path& file) {
  int fd = -1;
  do {
    fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    usage_error(file.string() + ": " +
                (errno == EEXIST ? "exists, and a key is never written over: name another file"
                                 : std::string("cannot be made: ") + std::strerror(errno)));
  }
  return fd;
}

void write_and_sync(int fd, std::string_view text, const std::filesystem::path& file) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) {
      break;
    }
    done += n > 0 ? static_cast<std::size_t>(n) : 0;
  }
  const bool good = done == text.size() && ::fsync(fd) == 0;
  const int cause = errno;
  ::close(fd);
  if (!good) {
    ::unlink(file.c_str());
    run_error(file.string() + ": cannot write the key: " + std::strerror(cause));
  }
}

}  // namespace

PresharedKey generate_key(const std::filesystem::path& file) {
  PresharedKey key;
  std::array<std::uint8_t, identity_digits / 2> name{};
  random_bytes(name);
  random_bytes(key.secret);
  key.identity = std::string(identity_prefix) + to_hex(name);
  std::string text = text_of(key);
  const int fd = create_private(file);
  write_and_sync(fd, text, file);
  OPENSSL_cleanse(text.data(), text.size());
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  FileDescriptor(folder, O_RDONLY | O_DIRECTORY, ErrorKind::run).sync();
  return key;
}

PresharedKey parse_key(std::string_view text, const std::filesystem::path& file) {
  PresharedKey key;
  const std::size_t identity_bytes = identity_prefix.size() + identity_digits;
  const std::size_t secret_at = format_word.size() + 1 + identity_bytes + 1;
  const std::size_t size = secret_at + 2 * key.secret.size() + 1;
  if (text.size() != size || !text.starts_with(format_word) || text[format_word.size()] != ' ' ||
      text[secret_at - 1] != ' ' || text.back() != '\n') {
    refuse(file);
  }
  const std::string_view identity = text.substr(format_word.size() + 1, identity_bytes);
  const std::string_view secret = text.substr(secret_at, 2 * key.secret.size());
  if (!identity.starts_with(identity_prefix) || !is_hex(identity.substr(identity_prefix.size())) ||
      !is_hex(secret)) {
    refuse(file);
  }
  key.identity = identity;
  for (std::size_t i = 0; i < key.secret.size(); ++i) {
    key.secret[i] = static_cast<std::uint8_t>(hex_value(secret[2 * i]) << 4U | hex_value(secret[2 * i + 1]));
  }
  return key;
}

PresharedKey load_key(const std::filesystem::path& file) {
  std::string text = read_private_file(file, max_key_bytes, not_a_key);
  PresharedKey key = parse_key(text, file);
  OPENSSL_cleanse(text.data(), text.size());
  return key;
}

KeyRing load_keys(const std::filesystem::path& directory) {
  std::error_code failure;
  std::vector<std::filesystem::path> files;
  for (auto entry = std::filesystem::directory_iterator(directory, failure);
       !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    if (entry->path().extension() == ".key") {
      files.push_back(entry->path());
    }
  }
  if (failure) {
    usage_error(directory.string() + ": the keys cannot be listed: " + failure.message());
  }
  if (files.empty()) {
    usage_error(directory.string() +
                ": no *.key file (make one a client with: cutlink keygen NAME.key, and copy it there)");
  }
  std::ranges::sort(files);
  KeyRing ring;
  for (const std::filesystem::path& file : files) {
    PresharedKey key = load_key(file);
    const std::string identity = key.identity;
    if (!ring.emplace(identity, std::move(key)).second) {
      usage_error(file.string() + ": the identity " + identity +
                  " is in two files (one key a client: remove one)");
    }
  }
  return ring;
}

}  // namespace cutlink::wire
