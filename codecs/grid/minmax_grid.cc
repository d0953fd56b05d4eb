#include "codecs/grid/minmax_grid.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

#include "codecs/grid/column_stats.h"
#include "codecs/grid/load.h"
#include "codecs/grid/raw_columns.h"
#include "codecs/plane32/planes.h"

namespace cutlink::codecs {
namespace {

constexpr std::uint16_t constant_code = 0x0000;  // a range of 0: every value is lo
constexpr float smallest_range = 0x1p-100F;    // below: constant. Keeps every scale normal, whatever FTZ does
constexpr float largest_range = 0x1p126F;      // from here on: raw. 256/r and s stay normal
constexpr float largest_magnitude = 0x1p127F;  // from here on: raw. lo + r cannot overflow

// Ranges as sent, and what both ends derive from them. One entry a column; columns that carry no symbols
// (raw, constant) have width 0 and multiply by 0.
struct Scales {
  std::vector<float> lo;
  std::vector<std::uint16_t> range;  // bf16
  std::vector<std::uint8_t> widths;
  std::vector<std::uint8_t> kept;  // mask of the bits of a left-aligned symbol that are sent
  std::vector<float> middle;       // of the lowest cell: lo + s/2
  std::vector<float> step;         // s of 8 bits: symbols are left-aligned, so q·s(b) = aligned·s(8)
  std::uint64_t width_sum = 0;

  // From lo, range and the widths asked for.
  void derive(std::span<const std::uint8_t> asked) {
    const std::size_t cols = lo.size();
    widths.resize(cols);
    kept.resize(cols);
    middle.resize(cols);
    step.resize(cols);
    for (std::size_t c = 0; c < cols; ++c) {
      assert(asked[c] >= 1 && asked[c] <= 8);
      const bool carries = range[c] != constant_code && range[c] != raw_code;
      const float r = carries ? bf16_to_f32(range[c]) : 0.0F;
      widths[c] = carries ? asked[c] : std::uint8_t{0};
      kept[c] = static_cast<std::uint8_t>(0xff00U >> widths[c]);
      step[c] = r * 0x1p-8F;
      middle[c] = lo[c] + r * std::ldexp(0.5F, -asked[c]);
      width_sum += widths[c];
    }
  }
};

// Chooses lo and range of every column. lo is canonical: no −0.
Scales choose(const ColumnStats& stats, std::span<const std::uint8_t> asked) {
  Scales scales;
  const std::size_t cols = asked.size();
  scales.lo.resize(cols);
  scales.range.resize(cols);
  for (std::size_t c = 0; c < cols; ++c) {
    const float lo = stats.lo[c] + 0.0F;
    const float hi = stats.hi[c];
    scales.range[c] = raw_code;
    if (!stats.finite(c) || !(lo > -largest_magnitude && hi < largest_magnitude)) {
      continue;
    }
    const std::uint16_t code = f32_to_bf16_up(hi - lo);
    const float r = bf16_to_f32(code);
    if (r < largest_range) {
      scales.lo[c] = lo;
      scales.range[c] = r < smallest_range ? constant_code : code;
    }
  }
  scales.derive(asked);
  return scales;
}

// Per column: what a value is masked with (all ones, or 0 in raw columns: no NaN meets a conversion) and what
// (x − lo) is multiplied with to give eight bits. The factor 1 − 2^−22 keeps the product below 256 at x = hi.
struct Inverse {
  std::vector<std::uint32_t> mask;
  std::vector<float> inv;

  explicit Inverse(const Scales& scales) : mask(scales.lo.size()), inv(scales.lo.size()) {
    for (std::size_t c = 0; c < mask.size(); ++c) {
      mask[c] = scales.range[c] == raw_code ? 0U : 0xffffffffU;
      inv[c] = scales.widths[c] == 0 ? 0.0F : (256.0F / bf16_to_f32(scales.range[c])) * (1.0F - 0x1p-22F);
    }
  }
};

template <typename T>
void quantise_row(const T* __restrict x, const float* __restrict lo, const float* __restrict inv,
                  const std::uint32_t* __restrict mask, std::size_t cols, std::uint8_t* __restrict q) {
  for (std::size_t c = 0; c < cols; ++c) {
    q[c] = static_cast<std::uint8_t>(static_cast<std::int32_t>((masked(x[c], mask[c]) - lo[c]) * inv[c]));
  }
}

template <typename T>
void dequantise_row(const std::uint8_t* __restrict q, const float* __restrict middle,
                    const float* __restrict step, std::size_t cols, T* __restrict out) {
  for (std::size_t c = 0; c < cols; ++c) {
    store(middle[c] + static_cast<float>(static_cast<std::int32_t>(q[c])) * step[c], out[c]);
  }
}

template <typename T>
void error_row(const T* __restrict x, const std::uint32_t* __restrict mask, const std::uint8_t* __restrict q,
               const std::uint8_t* __restrict kept, const float* __restrict middle,
               const float* __restrict step, std::size_t cols, float* __restrict error) {
  for (std::size_t c = 0; c < cols; ++c) {
    T sent;
    store(middle[c] + static_cast<float>(static_cast<std::int32_t>(q[c] & kept[c])) * step[c], sent);
    error[c] = masked(x[c], mask[c]) - load(sent);
  }
}

template <typename T>
void encode_symbols(const T* x, std::size_t rows, const Scales& scales, ByteVector& payload, float* error) {
  const std::size_t cols = scales.lo.size();
  const plane32::Planes planes(scales.widths, rows);
  const Inverse inverse(scales);
  const std::size_t begin = payload.size();
  payload.resize(begin + planes.bytes());
  plane32::store_all(planes, payload.data() + begin,
                     [&](std::size_t t, std::size_t first, std::size_t count, std::uint8_t* q) {
                       const std::size_t at = t * cols + first;
                       quantise_row(x + at, scales.lo.data() + first, inverse.inv.data() + first,
                                    inverse.mask.data() + first, count, q);
                       if (error != nullptr) {
                         error_row(x + at, inverse.mask.data() + first, q, scales.kept.data() + first,
                                   scales.middle.data() + first, scales.step.data() + first, count,
                                   error + at);
                       }
                     });
}

template <typename T>
void decode_symbols(ByteSpan payload, std::size_t rows, const Scales& scales, T* out) {
  const std::size_t cols = scales.lo.size();
  const plane32::Planes planes(scales.widths, rows);
  plane32::load_all(planes, payload.data(),
                    [&](std::size_t t, std::size_t first, std::size_t count, const std::uint8_t* q) {
                      dequantise_row(q, scales.middle.data() + first, scales.step.data() + first, count,
                                     out + t * cols + first);
                    });
}

}  // namespace

BodyFacts minmax_encode(MatrixView x, std::span<const std::uint8_t> widths, Body& body, GridTrace* trace) {
  assert(widths.size() == x.cols && x.rows >= 1);
  const Scales scales = choose(column_stats(x), widths);
  ByteWriter metadata(body.metadata);
  metadata.put_raw(scales.lo.data(), x.cols * sizeof(float));
  metadata.put_raw(scales.range.data(), x.cols * sizeof(std::uint16_t));
  if (trace != nullptr) {
    trace->error.resize(x.elements());
    trace->passed.resize(x.cols);
    std::transform(scales.range.begin(), scales.range.end(), trace->passed.begin(),
                   [](std::uint16_t code) { return std::uint8_t{code == raw_code}; });
  }
  append_raw_columns(x, scales.range, body.metadata);
  with_elements(x, [&](const auto* elements) {
    encode_symbols(elements, x.rows, scales, body.payload, trace != nullptr ? trace->error.data() : nullptr);
  });
  std::uint64_t asked = 0;
  for (const std::uint8_t b : widths) {
    asked += b;
  }
  BodyFacts facts;
  facts.rows = x.rows;
  facts.channels = x.cols;
  facts.dtype = x.dtype;
  facts.passthrough_channels = count_raw(scales.range);
  facts.width_sum = scales.width_sum;
  facts.mean_width = x.cols == 0 ? 0.0 : static_cast<double>(asked) / static_cast<double>(x.cols);
  return facts;
}

void minmax_decode(ByteReader& metadata, ByteSpan payload, std::span<const std::uint8_t> widths,
                   MutableMatrixView out) {
  assert(widths.size() == out.cols);
  Scales scales;
  const ByteSpan lo = metadata.take(out.cols * sizeof(float));
  const ByteSpan range = metadata.take(out.cols * sizeof(std::uint16_t));
  scales.lo.resize(out.cols);
  scales.range.resize(out.cols);
  std::copy(lo.begin(), lo.end(), reinterpret_cast<std::uint8_t*>(scales.lo.data()));
  std::copy(range.begin(), range.end(), reinterpret_cast<std::uint8_t*>(scales.range.data()));
  for (std::size_t c = 0; c < out.cols; ++c) {
    const std::uint16_t code = scales.range[c];
    const float r = bf16_to_f32(code);
    const bool symbols = r >= smallest_range && r < largest_range;
    if (!(symbols || code == constant_code || code == raw_code) ||
        !(std::fabs(scales.lo[c]) < largest_magnitude)) {
      metadata.fail("column " + std::to_string(c) + ": impossible range");
    }
  }
  scales.derive(widths);
  const ByteSpan raw = metadata.take(raw_bytes(count_raw(scales.range), out.rows, out.dtype));
  const std::uint64_t expected = plane32::payload_bytes(scales.width_sum, out.rows);
  if (payload.size() != expected) {
    metadata.fail("payload of " + std::to_string(payload.size()) + " bytes, expected " +
                  std::to_string(expected));
  }
  with_elements(out, [&](auto* elements) { decode_symbols(payload, out.rows, scales, elements); });
  fill_raw_columns(raw, scales.range, out);
}

BodySize minmax_size(std::size_t rows, std::size_t cols, std::uint64_t width_sum, std::size_t passthrough,
                     DType dtype) {
  BodySize size;
  size.metadata_bytes = 6 * std::uint64_t{cols} + raw_bytes(passthrough, rows, dtype);
  size.payload_bytes = plane32::payload_bytes(width_sum, rows);
  return size;
}

}  // namespace cutlink::codecs
