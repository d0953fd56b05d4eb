#include "codecs/uniform/tread_grid.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "codecs/grid/column_frame.h"
#include "codecs/kernels/kernel_table.h"
#include "codecs/kernels/load.h"
#include "codecs/plane32/planes.h"

namespace cutlink::codecs {
namespace {

ColumnAnchor anchor_of(TreadKind kind) {
  return kind == TreadKind::symmetric ? ColumnAnchor::zero : ColumnAnchor::lowest;
}

// The grid of every column.
struct TreadScales : CodedColumns {
  std::vector<float> centre;  // symbol of the value lo: 0, or the levels a side
  std::vector<float> top;     // the largest symbol
  std::vector<float> step;

  TreadScales(SentColumns columns, TreadKind kind, std::span<const std::uint8_t> asked)
      : CodedColumns(std::move(columns), asked), centre(size()), top(size()), step(size()) {
    for (std::size_t c = 0; c < size(); ++c) {
      assert(asked[c] >= (kind == TreadKind::symmetric ? 2 : 1) && asked[c] <= 8);
      const int b = asked[c];
      const auto levels =
          static_cast<float>(kind == TreadKind::symmetric ? (1 << (b - 1)) - 1 : (1 << b) - 1);
      centre[c] = kind == TreadKind::symmetric ? levels : 0.0F;
      top[c] = kind == TreadKind::symmetric ? 2.0F * levels : levels;
      step[c] = extent(c) / levels;
    }
  }
};

// What the encoder's loop needs of a column: symbol = trunc(min((x − lo)·inv + offset, cap)).
struct EncodeScales {
  std::vector<std::uint32_t> mask;  // 0 in raw columns
  std::vector<float> inv;
  std::vector<float> offset;  // centre, and a half where rounding is to the nearest
  std::vector<float> cap;     // top + 1/2: rounding errors and dither never reach the symbol above
  std::vector<float> align;   // 2^(8−b): symbols are stored left-aligned

  EncodeScales(const TreadScales& scales, bool nearest)
      : mask(scales.sent.size()),
        inv(mask.size()),
        offset(mask.size()),
        cap(mask.size()),
        align(mask.size()) {
    for (std::size_t c = 0; c < mask.size(); ++c) {
      const bool carries = scales.widths[c] != 0;
      mask[c] = scales.sent.code[c] == raw_code ? 0U : 0xffffffffU;
      inv[c] = carries ? (scales.top[c] - scales.centre[c]) / bf16_to_f32(scales.sent.code[c]) : 0.0F;
      offset[c] = carries ? scales.centre[c] + (nearest ? 0.5F : 0.0F) : 0.0F;
      cap[c] = carries ? scales.top[c] + 0.5F : 0.0F;
      align[c] = std::ldexp(1.0F, 8 - scales.widths[c]);
    }
  }
};

template <typename T>
void encode_symbols(const T* x, std::size_t rows, const TreadScales& scales, const Dither* dither,
                    ByteVector& payload) {
  const std::size_t cols = scales.sent.size();
  const plane32::Planes planes(scales.widths, rows);
  const EncodeScales encode(scales, dither == nullptr);
  const ElementKernels<T>& kernel = kernels().of<T>();
  const TreadColumns columns = {.mask = encode.mask.data(),
                                .lo = scales.sent.lo.data(),
                                .inv = encode.inv.data(),
                                .offset = encode.offset.data(),
                                .cap = encode.cap.data(),
                                .align = encode.align.data()};
  static_assert(plane32::tile_channels <= Dither::columns_at_once);
  alignas(64) float offsets[plane32::tile_channels] = {};
  const std::size_t begin = payload.size();
  payload.resize(begin + planes.bytes());
  plane32::store_all(planes, payload.data() + begin,
                     [&](std::size_t t, std::size_t first, std::size_t count, std::uint8_t* q) {
                       if (dither != nullptr) {
                         dither->row(t, first, count, offsets);
                       }
                       kernel.tread_quantise_row(x + t * cols + first, columns, first, count, offsets, q);
                     });
}

template <typename T>
void decode_symbols(ByteSpan payload, std::size_t rows, const TreadScales& scales, T* out) {
  const std::size_t cols = scales.sent.size();
  const plane32::Planes planes(scales.widths, rows);
  std::vector<float> unalign(cols);
  std::transform(scales.widths.begin(), scales.widths.end(), unalign.begin(),
                 [](std::uint8_t b) { return std::ldexp(1.0F, b - 8); });
  const ElementKernels<T>& kernel = kernels().of<T>();
  plane32::load_all(planes, payload.data(),
                    [&](std::size_t t, std::size_t first, std::size_t count, const std::uint8_t* q) {
                      kernel.tread_dequantise_row(q, scales.sent.lo.data() + first, unalign.data() + first,
                                                  scales.centre.data() + first, scales.step.data() + first,
                                                  count, out + t * cols + first);
                    });
}

}  // namespace

BodyFacts tread_encode(MatrixView x, TreadKind kind, std::span<const std::uint8_t> widths,
                       const Dither* dither, Body& body) {
  assert(widths.size() == x.cols && x.rows >= 1);
  const TreadScales scales(choose_columns(x, anchor_of(kind)), kind, widths);
  put_columns(scales.sent, x, body.metadata);
  with_elements(
      x, [&](const auto* elements) { encode_symbols(elements, x.rows, scales, dither, body.payload); });
  return column_facts(x, scales, widths);
}

void tread_decode(ByteReader& metadata, ByteSpan payload, TreadKind kind,
                  std::span<const std::uint8_t> widths, MutableMatrixView out) {
  assert(widths.size() == out.cols);
  const TreadScales scales(take_columns(metadata, anchor_of(kind), out.cols), kind, widths);
  const ByteSpan raw = take_raw_columns(metadata, payload, scales, out);
  with_elements(out, [&](auto* elements) { decode_symbols(payload, out.rows, scales, elements); });
  fill_raw_columns(raw, scales.sent.code, out);
}

BodySize tread_size(std::size_t rows, std::size_t cols, TreadKind kind, std::uint64_t width_sum,
                    std::size_t passthrough, DType dtype) {
  return column_body_size(rows, cols, anchor_of(kind), width_sum, passthrough, dtype);
}

}  // namespace cutlink::codecs
