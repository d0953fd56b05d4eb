// Size arithmetic on numbers that came from outside: throws instead of wrapping around.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace cutlink {

// a * b; throws Error(kind) naming `what` when the product does not fit 64 bits.
[[nodiscard]] inline std::uint64_t checked_mul(std::uint64_t a, std::uint64_t b, const char* what,
                                               ErrorKind kind = ErrorKind::usage) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    throw Error(kind, std::string(what) + ": size " + std::to_string(a) + " x " + std::to_string(b) +
                          " does not fit 64 bits");
  }
  return product;
}

// a + b; throws Error(kind) naming `what` when the sum does not fit 64 bits.
[[nodiscard]] inline std::uint64_t checked_add(std::uint64_t a, std::uint64_t b, const char* what,
                                               ErrorKind kind = ErrorKind::usage) {
  std::uint64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) {
    throw Error(kind, std::string(what) + ": size " + std::to_string(a) + " + " + std::to_string(b) +
                          " does not fit 64 bits");
  }
  return sum;
}

}  // namespace cutlink
