#include "base/owned_fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace cutlink {
namespace {

int open_null() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(OwnedFd, ClosesWithTheOwner) {
  int fd = -1;
  {
    const OwnedFd owner(open_null());
    fd = owner.number();
    EXPECT_TRUE(is_open(fd));
  }
  EXPECT_FALSE(is_open(fd));
}

TEST(OwnedFd, MovingLeavesOneOwner) {
  OwnedFd first(open_null());
  const int fd = first.number();
  OwnedFd second(std::move(first));
  EXPECT_EQ(second.number(), fd);
  EXPECT_TRUE(is_open(fd));
  OwnedFd third(open_null());
  const int replaced = third.number();
  third = std::move(second);
  EXPECT_EQ(third.number(), fd);
  EXPECT_TRUE(is_open(fd));
  EXPECT_FALSE(is_open(replaced));
}

TEST(OwnedFd, WhatIsReleasedStaysOpen) {
  OwnedFd owner(open_null());
  const int fd = owner.release();
  EXPECT_LT(owner.number(), 0);
  owner.reset();
  ASSERT_TRUE(is_open(fd));
  ::close(fd);
}

TEST(OwnedFd, NoneIsFine) {
  OwnedFd none;
  none.reset();
  EXPECT_LT(none.number(), 0);
  EXPECT_LT(none.release(), 0);
}

}  // namespace
}  // namespace cutlink
