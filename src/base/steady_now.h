#pragma once

#include <chrono>
#include <cstdint>

namespace cutlink {

// The steady clock's reading: only differences mean something, and only on one machine.
[[nodiscard]] inline std::int64_t steady_now_ns() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace cutlink
