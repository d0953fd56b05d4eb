// Elements of either type to fp32 and back, for kernels written once for both.
#pragma once

#include <bit>
#include <cstdint>

#include "base/float16.h"

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

}  // namespace cutlink::codecs
