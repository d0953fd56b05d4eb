#include "base/cause.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "base/error.h"

namespace cutlink {
namespace {

TEST(Cause, IsOneLineWhoeverThrew) {
  EXPECT_EQ(cause_of(Error(ErrorKind::usage, "toy.toml:3: why")), "toy.toml:3: why");
  EXPECT_EQ(cause_of(std::bad_alloc()), "not enough memory");
  EXPECT_EQ(cause_of(std::runtime_error("no kernel\nException raised from f at g.cpp:1\nframe #0")),
            "no kernel");
  EXPECT_EQ(cause_of(std::logic_error("a\tb")), "a\\tb");
}

}  // namespace
}  // namespace cutlink
