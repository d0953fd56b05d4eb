#include "codecs/grid/raw_columns.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "base/checked.h"
#include "codecs/kernels/load.h"

namespace cutlink::codecs {

std::size_t count_raw(std::span<const std::uint16_t> codes) {
  return static_cast<std::size_t>(std::count(codes.begin(), codes.end(), raw_code));
}

std::uint64_t raw_bytes(std::size_t columns, std::size_t rows, DType dtype) {
  return checked_mul(checked_mul(columns, rows, "raw columns"), size_of(dtype), "raw columns");
}

void append_raw_columns(MatrixView x, std::span<const std::uint16_t> codes, ByteVector& out) {
  assert(codes.size() == x.cols);
  ByteWriter writer(out);
  with_elements(x, [&](const auto* elements) {
    for (std::size_t c = 0; c < x.cols; ++c) {
      for (std::size_t r = 0; codes[c] == raw_code && r < x.rows; ++r) {
        writer.put(elements[r * x.cols + c]);
      }
    }
  });
}

void fill_raw_columns(ByteSpan bytes, std::span<const std::uint16_t> codes, MutableMatrixView out) {
  assert(codes.size() == out.cols && bytes.size() == raw_bytes(count_raw(codes), out.rows, out.dtype));
  const std::uint8_t* from = bytes.data();
  with_elements(out, [&](auto* elements) {
    for (std::size_t c = 0; c < out.cols; ++c) {
      for (std::size_t r = 0; codes[c] == raw_code && r < out.rows; ++r, from += sizeof *elements) {
        std::memcpy(elements + r * out.cols + c, from, sizeof *elements);
      }
    }
  });
}

}  // namespace cutlink::codecs
