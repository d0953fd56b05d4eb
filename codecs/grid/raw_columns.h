// Columns that a grid cannot hold travel as they are, in the matrix's own type, so that NaN and infinities
// stay visible. A column is raw where its bf16 range code is raw_code.
#pragma once

#include <cstdint>
#include <span>

#include "base/byte_io.h"
#include "base/matrix.h"

namespace cutlink::codecs {

inline constexpr std::uint16_t raw_code = 0x7f80;  // an infinite range

[[nodiscard]] std::size_t count_raw(std::span<const std::uint16_t> codes);
// Bytes of that many raw columns.
[[nodiscard]] std::uint64_t raw_bytes(std::size_t columns, std::size_t rows, DType dtype);

// Appends the raw columns of x, one after the other.
void append_raw_columns(MatrixView x, std::span<const std::uint16_t> codes, ByteVector& out);
// The inverse; bytes: raw_bytes(count_raw(codes), out.rows, out.dtype) of them.
void fill_raw_columns(ByteSpan bytes, std::span<const std::uint16_t> codes, MutableMatrixView out);

}  // namespace cutlink::codecs
