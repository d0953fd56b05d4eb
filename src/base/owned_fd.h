// The one owner of a file descriptor, of whatever kind: it is closed together with this object.
#pragma once

#include <unistd.h>

#include <utility>

namespace cutlink {

class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}  // fd: owned from now on; negative: none
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.release()) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = other.release();
    }
    return *this;
  }
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  ~OwnedFd() { reset(); }

  [[nodiscard]] int number() const { return fd_; }  // negative: none
  // The descriptor, which the caller now has to close; negative: none.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) {
      ::close(fd_);  // who needs the result calls release() and closes
      fd_ = -1;
    }
  }

 private:
  int fd_ = -1;
};

}  // namespace cutlink
