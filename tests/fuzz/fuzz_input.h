// What every fuzz target has: libFuzzer's entry, and a check that survives a release build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/byte_io.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace cutlink::fuzz {

// A bug of ours, whatever the input.
inline void must(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "fuzz: does not hold: %s\n", what);
    std::abort();
  }
}

}  // namespace cutlink::fuzz
