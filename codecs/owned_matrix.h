// A matrix that owns its elements, for what a codec rearranges: transposed, compacted.
#pragma once

#include <vector>

#include "base/matrix.h"

namespace cutlink::codecs {

class OwnedMatrix {
 public:
  OwnedMatrix() = default;
  OwnedMatrix(DType dtype, std::size_t rows, std::size_t cols) { reset(dtype, rows, cols); }

  // Takes a new shape; what the elements are then is unspecified.
  void reset(DType dtype, std::size_t rows, std::size_t cols);

  // Valid until the next reset().
  [[nodiscard]] MatrixView view() const { return {data(), dtype_, rows_, cols_}; }
  [[nodiscard]] MutableMatrixView mutable_view();

 private:
  [[nodiscard]] const void* data() const;

  DType dtype_ = DType::f32;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::vector<float> f32_;
  std::vector<std::uint16_t> bf16_;
};

// out: x.cols × x.rows, the same type.
void transpose(MatrixView x, MutableMatrixView out);
[[nodiscard]] OwnedMatrix transposed(MatrixView x);

}  // namespace cutlink::codecs
