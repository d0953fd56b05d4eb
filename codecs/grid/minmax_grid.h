// The cell-centred (mid-rise) quantiser over columns: per column lo (fp32) and range (bf16, rounded up), 2^b
// cells. Recipe: DESIGN §4 and codecs/grid/README.md. Columns whose values the grid cannot hold (non-finite,
// range >= 2^126, magnitude >= 2^127) pass through raw in the matrix's own type; columns with range < 2^-100
// are constant and cost no payload. Rows or blocks as columns: transpose (codecs/owned_matrix.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/matrix.h"
#include "codecs/codec.h"
#include "codecs/grid/largest_remainder.h"

namespace cutlink::codecs {

// What an encoder keeps of an encode() to learn from the gradient.
struct GridTrace {
  std::vector<float> error;  // x − x̂, rows × cols of the quantised matrix; 0 where passed through
  std::vector<std::uint8_t> passed;  // a column each: 1 where it went raw
};

// x: rows × cols; widths: cols, each 1–8. Appends to body.metadata the parameters (and raw columns where
// there are any) and to body.payload the PLANE32 symbols. trace: filled when not null. The facts' rows,
// channels, dtype, passthrough_channels and width_sum (of the columns that are neither raw nor constant)
// describe this matrix; mean_width is that of `widths`.
BodyFacts minmax_encode(MatrixView x, std::span<const std::uint8_t> widths, Body& body, GridTrace* trace);

// The inverse, on untrusted bytes: reads its part of metadata from `metadata` (which may hold more before it,
// already taken by the caller) and the whole payload. Throws Error(peer).
void minmax_decode(ByteReader& metadata, ByteSpan payload, std::span<const std::uint8_t> widths,
                   MutableMatrixView out);

// Bytes that minmax_encode appends.
[[nodiscard]] BodySize minmax_size(std::size_t rows, std::size_t cols, std::uint64_t width_sum,
                                   std::size_t passthrough, DType dtype);

}  // namespace cutlink::codecs
