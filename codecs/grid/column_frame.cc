#include "codecs/grid/column_frame.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/checked.h"
#include "base/float16.h"
#include "codecs/grid/column_stats.h"
#include "codecs/plane32/plane32.h"

namespace cutlink::codecs {
namespace {

constexpr float smallest_extent = 0x1p-100F;   // below: constant. Keeps every scale normal, whatever FTZ does
constexpr float largest_extent = 0x1p126F;     // from here on: raw. 256/extent and the step stay normal
constexpr float largest_magnitude = 0x1p127F;  // from here on: raw. lo + extent cannot overflow

template <typename T>
void take_into(ByteReader& metadata, std::vector<T>& values) {
  const ByteSpan bytes = metadata.take(std::uint64_t{values.size()} * sizeof(T));
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(values.data()));
}

}  // namespace

CodedColumns::CodedColumns(SentColumns columns, std::span<const std::uint8_t> asked)
    : sent(std::move(columns)), widths(sent.size()) {
  assert(asked.size() == sent.size());
  for (std::size_t c = 0; c < widths.size(); ++c) {
    widths[c] = sent.carries(c) ? asked[c] : std::uint8_t{0};
    width_sum += widths[c];
  }
}

float CodedColumns::extent(std::size_t c) const { return sent.carries(c) ? bf16_to_f32(sent.code[c]) : 0.0F; }

SentColumns choose_columns(MatrixView x, ColumnAnchor anchor) {
  const ColumnStats stats = column_stats(x);
  SentColumns columns{anchor, std::vector<float>(x.cols), std::vector<std::uint16_t>(x.cols, raw_code)};
  for (std::size_t c = 0; c < x.cols; ++c) {
    const float lo = stats.lo[c] + 0.0F;  // no −0
    const float hi = stats.hi[c];
    if (!stats.finite(c) || !(lo > -largest_magnitude && hi < largest_magnitude)) {
      continue;
    }
    const bool from_zero = anchor == ColumnAnchor::zero;
    const std::uint16_t code = f32_to_bf16_up(from_zero ? std::max(std::fabs(lo), std::fabs(hi)) : hi - lo);
    const float extent = bf16_to_f32(code);
    if (extent < largest_extent) {
      columns.lo[c] = from_zero ? 0.0F : lo;
      columns.code[c] = extent < smallest_extent ? constant_code : code;
    }
  }
  return columns;
}

void put_columns(const SentColumns& columns, MatrixView x, ByteVector& metadata) {
  assert(columns.size() == x.cols);
  ByteWriter out(metadata);
  if (columns.anchor == ColumnAnchor::lowest) {
    out.put_raw(columns.lo.data(), x.cols * sizeof(float));
  }
  out.put_raw(columns.code.data(), x.cols * sizeof(std::uint16_t));
  append_raw_columns(x, columns.code, metadata);
}

SentColumns take_columns(ByteReader& metadata, ColumnAnchor anchor, std::size_t cols) {
  SentColumns columns{anchor, std::vector<float>(cols), std::vector<std::uint16_t>(cols)};
  if (anchor == ColumnAnchor::lowest) {
    take_into(metadata, columns.lo);
  }
  take_into(metadata, columns.code);
  for (std::size_t c = 0; c < cols; ++c) {
    const float extent = bf16_to_f32(columns.code[c]);
    const bool possible = !columns.carries(c) || (extent >= smallest_extent && extent < largest_extent);
    if (!possible || !(std::fabs(columns.lo[c]) < largest_magnitude)) {
      metadata.fail("column " + std::to_string(c) + ": impossible range");
    }
  }
  return columns;
}

ByteSpan take_raw_columns(ByteReader& metadata, ByteSpan payload, const CodedColumns& columns,
                          MatrixView shape) {
  const ByteSpan raw = metadata.take(raw_bytes(count_raw(columns.sent.code), shape.rows, shape.dtype));
  const std::uint64_t expected = plane32::payload_bytes(columns.width_sum, shape.rows);
  if (payload.size() != expected) {
    metadata.fail("payload of " + std::to_string(payload.size()) + " bytes, expected " +
                  std::to_string(expected));
  }
  return raw;
}

BodyFacts column_facts(MatrixView x, const CodedColumns& columns, std::span<const std::uint8_t> asked) {
  const auto asked_sum = std::accumulate(asked.begin(), asked.end(), std::uint64_t{0});
  BodyFacts facts;
  facts.rows = x.rows;
  facts.channels = x.cols;
  facts.dtype = x.dtype;
  facts.passthrough_channels = count_raw(columns.sent.code);
  facts.width_sum = columns.width_sum;
  facts.mean_width = x.cols == 0 ? 0.0 : static_cast<double>(asked_sum) / static_cast<double>(x.cols);
  return facts;
}

BodySize column_body_size(std::size_t rows, std::size_t cols, ColumnAnchor anchor, std::uint64_t width_sum,
                          std::size_t passthrough, DType dtype) {
  BodySize size;
  size.metadata_bytes =
      (anchor == ColumnAnchor::lowest ? 6 : 2) * std::uint64_t{cols} + raw_bytes(passthrough, rows, dtype);
  size.payload_bytes = plane32::payload_bytes(width_sum, rows);
  return size;
}

std::uint64_t largest_column_payload(std::uint64_t rows, std::uint64_t cols, unsigned width) {
  // plane32::payload_bytes(), checked: every 8 elements cost one byte a plane.
  const std::uint64_t bytes_of_plane = checked_add(rows, 7, "rows", ErrorKind::peer) / 8;
  return checked_mul(checked_mul(cols, width, "widths", ErrorKind::peer), bytes_of_plane, "payload",
                     ErrorKind::peer);
}

}  // namespace cutlink::codecs
