#include "codecs/grid/minmax_grid.h"

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

// The grid of every column; columns that carry no symbols (raw, constant) multiply by 0.
struct Scales : CodedColumns {
  std::vector<std::uint8_t> kept;  // mask of the bits of a left-aligned symbol that are sent
  std::vector<float> middle;       // of the lowest cell: lo + s/2
  std::vector<float> step;         // s of 8 bits: symbols are left-aligned, so q·s(b) = aligned·s(8)

  Scales(SentColumns columns, std::span<const std::uint8_t> asked)
      : CodedColumns(std::move(columns), asked), kept(size()), middle(size()), step(size()) {
    for (std::size_t c = 0; c < size(); ++c) {
      assert(asked[c] >= 1 && asked[c] <= 8);
      const float r = extent(c);
      kept[c] = static_cast<std::uint8_t>(0xff00U >> widths[c]);
      step[c] = r * 0x1p-8F;
      middle[c] = sent.lo[c] + r * std::ldexp(0.5F, -asked[c]);
    }
  }
};

// Per column: what a value is masked with (all ones, or 0 in raw columns: no NaN meets a conversion) and what
// (x − lo) is multiplied with to give eight bits. The factor 1 − 2^−22 keeps the product below 256 at x = hi.
struct Inverse {
  std::vector<std::uint32_t> mask;
  std::vector<float> inv;

  explicit Inverse(const Scales& scales) : mask(scales.sent.size()), inv(scales.sent.size()) {
    for (std::size_t c = 0; c < mask.size(); ++c) {
      mask[c] = scales.sent.code[c] == raw_code ? 0U : 0xffffffffU;
      inv[c] = scales.widths[c] == 0 ? 0.0F : (256.0F / bf16_to_f32(scales.sent.code[c])) * (1.0F - 0x1p-22F);
    }
  }
};

template <typename T>
void encode_symbols(const T* x, std::size_t rows, const Scales& scales, ByteVector& payload, float* error) {
  const ElementKernels<T>& kernel = kernels().of<T>();
  const std::size_t cols = scales.sent.size();
  const plane32::Planes planes(scales.widths, rows);
  const Inverse inverse(scales);
  const std::size_t begin = payload.size();
  payload.resize(begin + planes.bytes());
  plane32::store_all(planes, payload.data() + begin,
                     [&](std::size_t t, std::size_t first, std::size_t count, std::uint8_t* q) {
                       const std::size_t at = t * cols + first;
                       kernel.minmax_quantise_row(x + at, scales.sent.lo.data() + first,
                                                  inverse.inv.data() + first, inverse.mask.data() + first,
                                                  count, q);
                       if (error != nullptr) {
                         kernel.minmax_error_row(x + at, inverse.mask.data() + first, q,
                                                 scales.kept.data() + first, scales.middle.data() + first,
                                                 scales.step.data() + first, count, error + at);
                       }
                     });
}

template <typename T>
void decode_symbols(ByteSpan payload, std::size_t rows, const Scales& scales, T* out) {
  const ElementKernels<T>& kernel = kernels().of<T>();
  const std::size_t cols = scales.sent.size();
  const plane32::Planes planes(scales.widths, rows);
  plane32::load_all(planes, payload.data(),
                    [&](std::size_t t, std::size_t first, std::size_t count, const std::uint8_t* q) {
                      kernel.minmax_dequantise_row(q, scales.middle.data() + first,
                                                   scales.step.data() + first, count, out + t * cols + first);
                    });
}

}  // namespace

BodyFacts minmax_encode(MatrixView x, std::span<const std::uint8_t> widths, Body& body, GridTrace* trace) {
  assert(widths.size() == x.cols && x.rows >= 1);
  const Scales scales(choose_columns(x, ColumnAnchor::lowest), widths);
  if (trace != nullptr) {
    trace->error.resize(x.elements());
    trace->passed.resize(x.cols);
    std::transform(scales.sent.code.begin(), scales.sent.code.end(), trace->passed.begin(),
                   [](std::uint16_t code) { return std::uint8_t{code == raw_code}; });
  }
  put_columns(scales.sent, x, body.metadata);
  with_elements(x, [&](const auto* elements) {
    encode_symbols(elements, x.rows, scales, body.payload, trace != nullptr ? trace->error.data() : nullptr);
  });
  return column_facts(x, scales, widths);
}

void minmax_decode(ByteReader& metadata, ByteSpan payload, std::span<const std::uint8_t> widths,
                   MutableMatrixView out) {
  assert(widths.size() == out.cols);
  const Scales scales(take_columns(metadata, ColumnAnchor::lowest, out.cols), widths);
  const ByteSpan raw = take_raw_columns(metadata, payload, scales, out);
  with_elements(out, [&](auto* elements) { decode_symbols(payload, out.rows, scales, elements); });
  fill_raw_columns(raw, scales.sent.code, out);
}

BodySize minmax_size(std::size_t rows, std::size_t cols, std::uint64_t width_sum, std::size_t passthrough,
                     DType dtype) {
  return column_body_size(rows, cols, ColumnAnchor::lowest, width_sum, passthrough, dtype);
}

}  // namespace cutlink::codecs
