// PLANE32: the payload layout of integer symbols. MSB-first bit planes of 32-token words per channel,
// plane-major; the last, partial block in bytes of 8 tokens. Exact definition in codecs/plane32/README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_io.h"

namespace cutlink::codecs::plane32 {

inline constexpr std::size_t block_tokens = 32;  // tokens of a plane word

// Bytes of N tokens whose widths sum to width_sum: every 8 tokens cost one byte a plane.
[[nodiscard]] constexpr std::uint64_t payload_bytes(std::uint64_t width_sum, std::uint64_t tokens) {
  return width_sum * ((tokens + 7) / 8);
}

// q: tokens × channels symbols, token-major, q[t][h] < 2^widths[h]; widths 0–8 (0: nothing stored).
// Appends payload_bytes(Σ widths, tokens) bytes.
void pack(std::span<const std::uint8_t> q, std::size_t tokens, std::span<const std::uint8_t> widths,
          ByteVector& out);

// The inverse; in.size() must be payload_bytes(Σ widths, tokens), checked by the caller. Channels of width 0
// get 0.
void unpack(ByteSpan in, std::size_t tokens, std::span<const std::uint8_t> widths, std::span<std::uint8_t> q);

}  // namespace cutlink::codecs::plane32
