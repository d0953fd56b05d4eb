// Preloaded into cutlink: writes what it does to the files below $RECORD_BELOW to $RECORD_TO, in order, for
// lost_power.py, which then knows what a disk would hold if power was lost at any moment.
//
// Each record is one line, followed by the bytes of a write:
//   open FD PATH | make FD PATH (it was not there) | cut FD SIZE | write FD OFFSET SIZE | sync FD | folder PATH
//   rename FROM TO | remove PATH
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdarg>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace {

std::mutex writing;
std::set<int> recorded;  // descriptors of files below the folder

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::string absolute(int folder, const char* path) {
  if (*path == '/') {
    return path;
  }
  std::array<char, PATH_MAX> buffer{};
  const std::string link = folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(folder);
  const ssize_t size = readlink(link.c_str(), buffer.data(), buffer.size());
  return std::string(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0) + "/" + path;
}

bool is_below(const std::string& path) {
  static const char* const root = std::getenv("RECORD_BELOW");
  return root != nullptr && (path == root || path.starts_with(std::string(root) + "/"));
}

void put(std::string record, std::string_view bytes = {}) {
  static const int log = static_cast<int>(syscall(SYS_openat, AT_FDCWD, std::getenv("RECORD_TO"),
                                                  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  record += '\n';
  record += bytes;
  syscall(SYS_write, log, record.data(), record.size());
}

int open_recorded(int folder, const char* path, int flags, mode_t mode) {
  const std::lock_guard lock(writing);
  const std::string whole = absolute(folder, path);
  struct stat status {};
  const bool was_there = stat(whole.c_str(), &status) == 0;
  const int fd = static_cast<int>(syscall(SYS_openat, folder, path, flags, mode));
  if (fd >= 0 && is_below(whole)) {
    recorded.insert(fd);
    put((was_there ? "open " : "make ") + std::to_string(fd) + " " + whole);
    if ((flags & O_TRUNC) != 0 && was_there) {
      put("cut " + std::to_string(fd) + " 0");
    }
  } else {
    recorded.erase(fd);
  }
  return fd;
}

template <typename Call>
int record_if_done(Call call, const std::string& record, bool wanted) {
  const std::lock_guard lock(writing);
  const int result = call();
  if (result == 0 && wanted) {
    put(record);
  }
  return result;
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_recorded(AT_FDCWD, path, flags, mode);
}

ssize_t write(int fd, const void* data, std::size_t size) {
  const std::lock_guard lock(writing);
  const off_t offset = recorded.contains(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
  const ssize_t written = syscall(SYS_write, fd, data, size);
  if (written > 0 && recorded.contains(fd)) {
    put("write " + std::to_string(fd) + " " + std::to_string(offset) + " " + std::to_string(written),
        {static_cast<const char*>(data), static_cast<std::size_t>(written)});
  }
  return written;
}

int fsync(int fd) {
  return record_if_done([&] { return next<int(int)>("fsync")(fd); }, "sync " + std::to_string(fd),
                        recorded.contains(fd));
}

int ftruncate(int fd, off_t size) noexcept {
  return record_if_done([&] { return next<int(int, off_t)>("ftruncate")(fd, size); },
                        "cut " + std::to_string(fd) + " " + std::to_string(size), recorded.contains(fd));
}

int mkdir(const char* path, mode_t mode) noexcept {
  const std::string whole = absolute(AT_FDCWD, path);
  return record_if_done([&] { return next<int(const char*, mode_t)>("mkdir")(path, mode); },
                        "folder " + whole, is_below(whole));
}

int rename(const char* from, const char* to) noexcept {
  const std::string whole = absolute(AT_FDCWD, from);
  return record_if_done([&] { return next<int(const char*, const char*)>("rename")(from, to); },
                        "rename " + whole + " " + absolute(AT_FDCWD, to), is_below(whole));
}

int unlink(const char* path) noexcept {
  const std::string whole = absolute(AT_FDCWD, path);
  return record_if_done([&] { return next<int(const char*)>("unlink")(path); }, "remove " + whole,
                        is_below(whole));
}

int remove(const char* path) noexcept {
  const std::string whole = absolute(AT_FDCWD, path);
  return record_if_done([&] { return next<int(const char*)>("remove")(path); }, "remove " + whole,
                        is_below(whole));
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  const std::string whole = absolute(folder, path);
  return record_if_done([&] { return next<int(int, const char*, int)>("unlinkat")(folder, path, flags); },
                        "remove " + whole, is_below(whole));
}

}  // extern "C"
