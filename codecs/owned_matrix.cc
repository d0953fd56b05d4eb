#include "codecs/owned_matrix.h"

#include <algorithm>
#include <cassert>

namespace cutlink::codecs {
namespace {

constexpr std::size_t tile = 32;     // a tile of both matrices stays in L1
constexpr std::size_t unrolled = 8;  // else the loop's speed depends on which address the linker gives it

template <typename T>
void transpose_as(const T* in, std::size_t rows, std::size_t cols, T* out) {
  for (std::size_t r0 = 0; r0 < rows; r0 += tile) {
    const std::size_t r1 = std::min(rows, r0 + tile);
    for (std::size_t c0 = 0; c0 < cols; c0 += tile) {
      const std::size_t c1 = std::min(cols, c0 + tile);
      for (std::size_t c = c0; c < c1; ++c) {
        T* to = out + c * rows;
        const T* from = in + c;
        std::size_t r = r0;
        for (; r + unrolled <= r1; r += unrolled) {
          for (std::size_t k = 0; k < unrolled; ++k) {
            to[r + k] = from[(r + k) * cols];
          }
        }
        for (; r < r1; ++r) {
          to[r] = from[r * cols];
        }
      }
    }
  }
}

}  // namespace

void OwnedMatrix::reset(DType dtype, std::size_t rows, std::size_t cols) {
  dtype_ = dtype;
  rows_ = rows;
  cols_ = cols;
  if (dtype == DType::f32) {
    f32_.resize(rows * cols);
  } else {
    bf16_.resize(rows * cols);
  }
}

MutableMatrixView OwnedMatrix::mutable_view() {
  void* elements = dtype_ == DType::f32 ? static_cast<void*>(f32_.data()) : static_cast<void*>(bf16_.data());
  return {elements, dtype_, rows_, cols_};
}

const void* OwnedMatrix::data() const {
  return dtype_ == DType::f32 ? static_cast<const void*>(f32_.data())
                              : static_cast<const void*>(bf16_.data());
}

void transpose(MatrixView x, MutableMatrixView out) {
  assert(out.rows == x.cols && out.cols == x.rows && out.dtype == x.dtype);
  if (x.dtype == DType::f32) {
    transpose_as(static_cast<const float*>(x.data), x.rows, x.cols, static_cast<float*>(out.data));
  } else {
    transpose_as(static_cast<const std::uint16_t*>(x.data), x.rows, x.cols,
                 static_cast<std::uint16_t*>(out.data));
  }
}

OwnedMatrix transposed(MatrixView x) {
  OwnedMatrix out(x.dtype, x.cols, x.rows);
  transpose(x, out.mutable_view());
  return out;
}

}  // namespace cutlink::codecs
