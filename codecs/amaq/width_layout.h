// How a table of widths lies on a matrix: by channel, or by the row's position with the matrix transposed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "codecs/amaq/amaq_parameters.h"
#include "codecs/codec.h"

namespace cutlink::codecs::amaq {

// Widths of the columns of the matrix as quantised: the table itself (per = channel), or the width of every
// row's position. Throws Error(kind) where a position lies beyond the table.
[[nodiscard]] std::vector<std::uint8_t> column_widths(Per per, std::span<const std::uint8_t> table,
                                                      std::span<const std::uint32_t> positions,
                                                      ErrorKind kind);

// Reads the grid's part of a body back into out (N × H). Throws Error(peer) where the bytes do not fit.
void decode_with_table(Per per, std::span<const std::uint8_t> table, std::span<const std::uint32_t> positions,
                       ByteReader& metadata, ByteSpan payload, MutableMatrixView out);

}  // namespace cutlink::codecs::amaq
