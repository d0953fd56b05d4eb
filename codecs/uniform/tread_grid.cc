#include "codecs/uniform/tread_grid.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "codecs/grid/column_stats.h"
#include "codecs/grid/load.h"
#include "codecs/grid/raw_columns.h"
#include "codecs/plane32/planes.h"

namespace cutlink::codecs {
namespace {

constexpr std::uint16_t constant_code = 0x0000;  // every value is lo (symmetric: zero)
// Limits as the mid-rise grid's (codecs/grid/README.md): every scale and its inverse stay normal and finite.
constexpr float smallest_range = 0x1p-100F;
constexpr float largest_range = 0x1p126F;
constexpr float largest_magnitude = 0x1p127F;

// As sent, and what both ends derive. One entry a column; columns without symbols have width 0.
struct TreadScales {
  std::vector<float> lo;            // of the range kind; zeros otherwise
  std::vector<std::uint16_t> code;  // bf16: range, or largest magnitude
  std::vector<std::uint8_t> widths;
  std::vector<float> centre;  // symbol of the value lo: 0, or the levels a side
  std::vector<float> top;     // the largest symbol
  std::vector<float> step;
  std::uint64_t width_sum = 0;

  void derive(TreadKind kind, std::span<const std::uint8_t> asked) {
    const std::size_t cols = code.size();
    widths.resize(cols);
    centre.resize(cols);
    top.resize(cols);
    step.resize(cols);
    for (std::size_t c = 0; c < cols; ++c) {
      assert(asked[c] >= (kind == TreadKind::symmetric ? 2 : 1) && asked[c] <= 8);
      const bool carries = code[c] != constant_code && code[c] != raw_code;
      const float extent = carries ? bf16_to_f32(code[c]) : 0.0F;
      const int b = asked[c];
      const auto levels =
          static_cast<float>(kind == TreadKind::symmetric ? (1 << (b - 1)) - 1 : (1 << b) - 1);
      widths[c] = carries ? asked[c] : std::uint8_t{0};
      centre[c] = kind == TreadKind::symmetric ? levels : 0.0F;
      top[c] = kind == TreadKind::symmetric ? 2.0F * levels : levels;
      step[c] = extent / levels;
      width_sum += widths[c];
    }
  }
};

TreadScales choose(const ColumnStats& stats, TreadKind kind, std::span<const std::uint8_t> asked) {
  TreadScales scales;
  const std::size_t cols = asked.size();
  scales.lo.resize(cols);
  scales.code.resize(cols);
  for (std::size_t c = 0; c < cols; ++c) {
    const float lo = stats.lo[c] + 0.0F;  // no −0
    const float hi = stats.hi[c];
    scales.code[c] = raw_code;
    if (!stats.finite(c) || !(lo > -largest_magnitude && hi < largest_magnitude)) {
      continue;
    }
    const float extent = kind == TreadKind::symmetric ? std::max(std::fabs(lo), std::fabs(hi)) : hi - lo;
    const std::uint16_t code = f32_to_bf16_up(extent);
    const float sent = bf16_to_f32(code);
    if (sent < largest_range) {
      scales.lo[c] = kind == TreadKind::symmetric ? 0.0F : lo;
      scales.code[c] = sent < smallest_range ? constant_code : code;
    }
  }
  scales.derive(kind, asked);
  return scales;
}

// What the encoder's loop needs of a column: symbol = trunc(min((x − lo)·inv + offset, cap)).
struct EncodeScales {
  std::vector<std::uint32_t> mask;  // 0 in raw columns
  std::vector<float> inv;
  std::vector<float> offset;  // centre, and a half where rounding is to the nearest
  std::vector<float> cap;     // top + 1/2: rounding errors and dither never reach the symbol above
  std::vector<float> align;   // 2^(8−b): symbols are stored left-aligned

  EncodeScales(const TreadScales& scales, bool nearest)
      : mask(scales.code.size()),
        inv(mask.size()),
        offset(mask.size()),
        cap(mask.size()),
        align(mask.size()) {
    for (std::size_t c = 0; c < mask.size(); ++c) {
      const bool carries = scales.widths[c] != 0;
      mask[c] = scales.code[c] == raw_code ? 0U : 0xffffffffU;
      inv[c] = carries ? (scales.top[c] - scales.centre[c]) / bf16_to_f32(scales.code[c]) : 0.0F;
      offset[c] = carries ? scales.centre[c] + (nearest ? 0.5F : 0.0F) : 0.0F;
      cap[c] = carries ? scales.top[c] + 0.5F : 0.0F;
      align[c] = std::ldexp(1.0F, 8 - scales.widths[c]);
    }
  }
};

template <typename T>
void tread_row(const T* __restrict x, const float* __restrict lo, const EncodeScales& scales,
               std::size_t first, std::size_t cols, const float* __restrict dither,
               std::uint8_t* __restrict q) {
  const std::uint32_t* __restrict mask = scales.mask.data() + first;
  const float* __restrict inv = scales.inv.data() + first;
  const float* __restrict offset = scales.offset.data() + first;
  const float* __restrict cap = scales.cap.data() + first;
  const float* __restrict align = scales.align.data() + first;
  for (std::size_t c = 0; c < cols; ++c) {
    const float t = (masked(x[c], mask[c]) - lo[c]) * inv[c] + (offset[c] + dither[c]);
    const float capped = t < cap[c] ? t : cap[c];
    const float symbol = static_cast<float>(static_cast<std::int32_t>(capped));
    q[c] = static_cast<std::uint8_t>(static_cast<std::int32_t>(symbol * align[c]));
  }
}

template <typename T>
void encode_symbols(const T* x, std::size_t rows, const TreadScales& scales, const Dither* dither,
                    ByteVector& payload) {
  const std::size_t cols = scales.code.size();
  const plane32::Planes planes(scales.widths, rows);
  const EncodeScales encode(scales, dither == nullptr);
  static_assert(plane32::tile_channels <= Dither::columns_at_once);
  alignas(64) float offsets[plane32::tile_channels] = {};
  const std::size_t begin = payload.size();
  payload.resize(begin + planes.bytes());
  plane32::store_all(planes, payload.data() + begin,
                     [&](std::size_t t, std::size_t first, std::size_t count, std::uint8_t* q) {
                       if (dither != nullptr) {
                         dither->row(t, first, count, offsets);
                       }
                       tread_row(x + t * cols + first, scales.lo.data() + first, encode, first, count,
                                 offsets, q);
                     });
}

template <typename T>
void decode_symbols(ByteSpan payload, std::size_t rows, const TreadScales& scales, T* out) {
  const std::size_t cols = scales.code.size();
  const plane32::Planes planes(scales.widths, rows);
  std::vector<float> unalign(cols);
  std::transform(scales.widths.begin(), scales.widths.end(), unalign.begin(),
                 [](std::uint8_t b) { return std::ldexp(1.0F, b - 8); });
  plane32::load_all(
      planes, payload.data(),
      [&](std::size_t t, std::size_t first, std::size_t count, const std::uint8_t* __restrict q) {
        const float* __restrict lo = scales.lo.data() + first;
        const float* __restrict shift = unalign.data() + first;
        const float* __restrict centre = scales.centre.data() + first;
        const float* __restrict step = scales.step.data() + first;
        T* __restrict to = out + t * cols + first;
        for (std::size_t c = 0; c < count; ++c) {
          const float symbol = static_cast<float>(static_cast<std::int32_t>(q[c])) * shift[c];
          store(lo[c] + (symbol - centre[c]) * step[c], to[c]);
        }
      });
}

}  // namespace

BodyFacts tread_encode(MatrixView x, TreadKind kind, std::span<const std::uint8_t> widths,
                       const Dither* dither, Body& body) {
  assert(widths.size() == x.cols && x.rows >= 1);
  const TreadScales scales = choose(column_stats(x), kind, widths);
  ByteWriter metadata(body.metadata);
  if (kind == TreadKind::range) {
    metadata.put_raw(scales.lo.data(), x.cols * sizeof(float));
  }
  metadata.put_raw(scales.code.data(), x.cols * sizeof(std::uint16_t));
  append_raw_columns(x, scales.code, body.metadata);
  with_elements(
      x, [&](const auto* elements) { encode_symbols(elements, x.rows, scales, dither, body.payload); });
  std::uint64_t asked = 0;
  for (const std::uint8_t b : widths) {
    asked += b;
  }
  BodyFacts facts;
  facts.rows = x.rows;
  facts.channels = x.cols;
  facts.dtype = x.dtype;
  facts.passthrough_channels = count_raw(scales.code);
  facts.width_sum = scales.width_sum;
  facts.mean_width = x.cols == 0 ? 0.0 : static_cast<double>(asked) / static_cast<double>(x.cols);
  return facts;
}

void tread_decode(ByteReader& metadata, ByteSpan payload, TreadKind kind,
                  std::span<const std::uint8_t> widths, MutableMatrixView out) {
  assert(widths.size() == out.cols);
  TreadScales scales;
  scales.lo.resize(out.cols);
  scales.code.resize(out.cols);
  if (kind == TreadKind::range) {
    const ByteSpan lo = metadata.take(std::uint64_t{out.cols} * sizeof(float));
    std::copy(lo.begin(), lo.end(), reinterpret_cast<std::uint8_t*>(scales.lo.data()));
  }
  const ByteSpan code = metadata.take(std::uint64_t{out.cols} * sizeof(std::uint16_t));
  std::copy(code.begin(), code.end(), reinterpret_cast<std::uint8_t*>(scales.code.data()));
  for (std::size_t c = 0; c < out.cols; ++c) {
    const float extent = bf16_to_f32(scales.code[c]);
    const bool symbols = extent >= smallest_range && extent < largest_range;
    if (!(symbols || scales.code[c] == constant_code || scales.code[c] == raw_code) ||
        !(std::fabs(scales.lo[c]) < largest_magnitude)) {
      metadata.fail("column " + std::to_string(c) + ": impossible range");
    }
  }
  scales.derive(kind, widths);
  const ByteSpan raw = metadata.take(raw_bytes(count_raw(scales.code), out.rows, out.dtype));
  const std::uint64_t expected = plane32::payload_bytes(scales.width_sum, out.rows);
  if (payload.size() != expected) {
    metadata.fail("payload of " + std::to_string(payload.size()) + " bytes, expected " +
                  std::to_string(expected));
  }
  with_elements(out, [&](auto* elements) { decode_symbols(payload, out.rows, scales, elements); });
  fill_raw_columns(raw, scales.code, out);
}

BodySize tread_size(std::size_t rows, std::size_t cols, TreadKind kind, std::uint64_t width_sum,
                    std::size_t passthrough, DType dtype) {
  BodySize size;
  size.metadata_bytes =
      (kind == TreadKind::range ? 6 : 2) * std::uint64_t{cols} + raw_bytes(passthrough, rows, dtype);
  size.payload_bytes = plane32::payload_bytes(width_sum, rows);
  return size;
}

}  // namespace cutlink::codecs
