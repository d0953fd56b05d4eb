// bf16 and fp16 as bit patterns, converted with integers so that every machine agrees bit for bit.
#pragma once

#include <bit>
#include <cstdint>

namespace cutlink {

[[nodiscard]] inline float bf16_to_f32(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

// Round to nearest even. NaN stays NaN (a plain +0x7fff would turn some NaNs into infinities).
[[nodiscard]] inline std::uint16_t f32_to_bf16(float value) {
  const auto u = std::bit_cast<std::uint32_t>(value);
  if ((u & 0x7fffffffU) > 0x7f800000U) {
    return static_cast<std::uint16_t>((u >> 16) | 0x40U);
  }
  return static_cast<std::uint16_t>((u + 0x7fffU + ((u >> 16) & 1U)) >> 16);
}

// Smallest bf16 that is >= value. value: finite, >= 0. The result is +inf above the largest finite bf16.
[[nodiscard]] inline std::uint16_t f32_to_bf16_up(float value) {
  const auto u = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((u + 0xffffU) >> 16);
}

// IEEE binary16, round to nearest even; overflow gives infinity.
[[nodiscard]] std::uint16_t f32_to_f16(float value);
[[nodiscard]] float f16_to_f32(std::uint16_t bits);

}  // namespace cutlink
