// Elements of either type to fp32 and back, for kernels written once for both.
#pragma once

#include <bit>
#include <cstdint>

#include "base/float16.h"
#include "base/matrix.h"

namespace cutlink::codecs {

[[nodiscard]] inline float load(float value) { return value; }
[[nodiscard]] inline float load(std::uint16_t bf16) { return bf16_to_f32(bf16); }

// Round to nearest even of a value that is not NaN: without that branch, loops over it vectorise.
[[nodiscard]] inline std::uint16_t bf16_of_number(float value) {
  const auto u = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((u + 0x7fffU + ((u >> 16) & 1U)) >> 16);
}

inline void store(float value, float& to) { to = value; }
inline void store(float value, std::uint16_t& to) { to = bf16_of_number(value); }

// A value with its bits masked: all ones keep it, 0 makes it 0 (so that no NaN meets a conversion to
// integer).
template <typename T>
[[nodiscard]] float masked(T value, std::uint32_t mask) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(load(value)) & mask);
}

// Calls f with the matrix's elements typed.
template <typename F>
void with_elements(MatrixView x, F f) {
  if (x.dtype == DType::f32) {
    f(static_cast<const float*>(x.data));
  } else {
    f(static_cast<const std::uint16_t*>(x.data));
  }
}

template <typename F>
void with_elements(MutableMatrixView x, F f) {
  if (x.dtype == DType::f32) {
    f(static_cast<float*>(x.data));
  } else {
    f(static_cast<std::uint16_t*>(x.data));
  }
}

}  // namespace cutlink::codecs
