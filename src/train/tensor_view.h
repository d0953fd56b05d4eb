// Tensors as the views that codecs and observers take.
#pragma once

#include <ATen/core/Tensor.h>

#include "base/matrix.h"

namespace cutlink::train {

// x: (N, H), contiguous, fp32 or bf16. The view is valid while the tensor's storage is.
[[nodiscard]] MatrixView view_of(const at::Tensor& x);
[[nodiscard]] MutableMatrixView mutable_view_of(at::Tensor& x);
// Uninitialised (rows, cols).
[[nodiscard]] at::Tensor empty_matrix(std::size_t rows, std::size_t cols, DType dtype);

}  // namespace cutlink::train
