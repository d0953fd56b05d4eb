// The mid-tread grid over columns: x̂ = lo + q·step, both ends of the range are values of the grid. Two kinds:
// symmetric: 2^(b−1) − 1 levels a side of zero by the column's largest magnitude (zero stays exactly zero);
// range: 2^b levels from the column's smallest to its largest value. Formulas and bounds:
// codecs/uniform/README.md.
#pragma once

#include <cstdint>
#include <span>

#include "base/matrix.h"
#include "codecs/codec.h"
#include "codecs/uniform/dither.h"

namespace cutlink::codecs {

enum class TreadKind : std::uint8_t { symmetric, range };

// x: rows × cols, rows >= 1; widths: cols, each 2–8 (symmetric) or 1–8 (range). dither: random offsets
// (x̂ is then unbiased), null for nearest. Appends parameters and raw columns to body.metadata, PLANE32
// symbols to body.payload; facts as minmax_encode's.
BodyFacts tread_encode(MatrixView x, TreadKind kind, std::span<const std::uint8_t> widths,
                       const Dither* dither, Body& body);

// The inverse, on untrusted bytes; as minmax_decode.
void tread_decode(ByteReader& metadata, ByteSpan payload, TreadKind kind,
                  std::span<const std::uint8_t> widths, MutableMatrixView out);

// Bytes that tread_encode appends.
[[nodiscard]] BodySize tread_size(std::size_t rows, std::size_t cols, TreadKind kind, std::uint64_t width_sum,
                                  std::size_t passthrough, DType dtype);

}  // namespace cutlink::codecs
