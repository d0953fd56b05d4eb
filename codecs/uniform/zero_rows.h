// Rows of zeros (gradients of masked tokens) that a symmetric grid need not send: a bitmap says which they
// are.
#pragma once

#include <cstdint>
#include <vector>

#include "base/byte_io.h"
#include "base/matrix.h"

namespace cutlink::codecs {

// Ascending indices of the rows whose every element is zero (of either sign).
[[nodiscard]] std::vector<std::uint32_t> find_zero_rows(MatrixView x);

// Bytes of the section: u8 flag, then a bit a row (bit r % 8 of byte r / 8) where the flag is 1.
[[nodiscard]] std::uint64_t zero_section_bytes(std::size_t zero_rows, std::size_t rows);
void write_zero_section(const std::vector<std::uint32_t>& zero_rows, std::size_t rows, ByteVector& metadata);
// Throws Error(peer): unknown flag, no row set, bits beyond the last row.
[[nodiscard]] std::vector<std::uint32_t> read_zero_section(ByteReader& metadata, std::size_t rows);

}  // namespace cutlink::codecs
