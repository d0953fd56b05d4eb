// What the column grids (mid-rise minmax_grid, mid-tread uniform/tread_grid) have in common: the parameters
// that are sent for a column, and the parts of a body around the symbols.
//
//   metadata  f32 lo × cols (ColumnAnchor::lowest only) · u16 code × cols · the raw columns
//   payload   PLANE32 symbols of the columns that carry any: neither constant nor raw
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_io.h"
#include "base/matrix.h"
#include "codecs/codec.h"
#include "codecs/grid/raw_columns.h"

namespace cutlink::codecs {

// Where a column's grid is fixed, and so what its code stands for.
enum class ColumnAnchor : std::uint8_t {
  lowest,  // at lo, which is sent; code: hi − lo
  zero,    // at 0, lo is not sent; code: the largest magnitude
};

inline constexpr std::uint16_t constant_code = 0x0000;  // no extent: every value is lo, no symbols

// As sent. One entry a column.
struct SentColumns {
  ColumnAnchor anchor = ColumnAnchor::lowest;
  std::vector<float> lo;            // no −0; 0 where the column is raw or the anchor is zero
  std::vector<std::uint16_t> code;  // bf16, rounded up: 2^-100 <= extent < 2^126; or constant_code, raw_code

  [[nodiscard]] std::size_t size() const { return code.size(); }
  [[nodiscard]] bool carries(std::size_t c) const { return code[c] != constant_code && code[c] != raw_code; }
};

// Columns as sent, with the widths of their symbols: what both ends derive alike, whatever the grid is.
struct CodedColumns {
  // asked: a width a column.
  CodedColumns(SentColumns columns, std::span<const std::uint8_t> asked);

  SentColumns sent;
  std::vector<std::uint8_t> widths;  // 0 where a column carries no symbols (raw, constant)
  std::uint64_t width_sum = 0;

  [[nodiscard]] std::size_t size() const { return widths.size(); }
  [[nodiscard]] float extent(std::size_t c) const;  // 0 where it carries none
};

// x.rows >= 1. Columns with a value that is not finite, a magnitude from 2^127 or an extent from 2^126 on are
// raw, those with an extent below 2^-100 constant: every scale and its inverse stay normal and finite.
[[nodiscard]] SentColumns choose_columns(MatrixView x, ColumnAnchor anchor);

// Appends the metadata of x.
void put_columns(const SentColumns& columns, MatrixView x, ByteVector& metadata);
// The parameters alone, from untrusted bytes: every extent and lo is as choose_columns() leaves them, else
// the reader's Error.
[[nodiscard]] SentColumns take_columns(ByteReader& metadata, ColumnAnchor anchor, std::size_t cols);
// The raw columns that follow, for fill_raw_columns(); checks that the payload has the bytes of such symbols,
// else the reader's Error.
[[nodiscard]] ByteSpan take_raw_columns(ByteReader& metadata, ByteSpan payload, const CodedColumns& columns,
                                        MatrixView shape);

// Facts of x as encoded. asked: widths before constant and raw columns lost theirs.
[[nodiscard]] BodyFacts column_facts(MatrixView x, const CodedColumns& columns,
                                     std::span<const std::uint8_t> asked);
// Bytes that an encoder of this anchor appends.
[[nodiscard]] BodySize column_body_size(std::size_t rows, std::size_t cols, ColumnAnchor anchor,
                                        std::uint64_t width_sum, std::size_t passthrough, DType dtype);

// Payload of `cols` columns of `rows` elements if every one carries symbols of `width` bits. Throws
// Error(peer) if it does not fit 64 bits.
[[nodiscard]] std::uint64_t largest_column_payload(std::uint64_t rows, std::uint64_t cols, unsigned width);

}  // namespace cutlink::codecs
