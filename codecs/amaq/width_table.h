// The part of a body's metadata that carries the widths: a flag, then the table where it changed.
//
//   u8  flag    0: the table of the frame before still holds; 1: a table follows
//   u4  width   one a gate where flag = 1; gate 2i in the low, 2i + 1 in the high half of byte i; a last,
//   unused
//               half is 0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_io.h"

namespace cutlink::codecs::amaq {

// Bytes of flag and table.
[[nodiscard]] constexpr std::uint64_t width_table_bytes(std::uint64_t gates, bool table) {
  return 1 + (table ? (gates + 1) / 2 : 0);
}

// now: widths 1–8; sent: those of the frame before, empty if there was none. Returns whether the table was
// put.
bool put_width_table(ByteWriter& out, std::span<const std::uint8_t> now, std::span<const std::uint8_t> sent);

// The widths that hold for this frame. sent as above. Throws the reader's Error where there is no table yet,
// or a width lies outside [b_min, b_max].
[[nodiscard]] std::vector<std::uint8_t> get_width_table(ByteReader& in, std::size_t gates,
                                                        std::span<const std::uint8_t> sent, int b_min,
                                                        int b_max);

}  // namespace cutlink::codecs::amaq
