#include "train/tensor_view.h"

#include <ATen/ATen.h>

#include <cassert>

namespace cutlink::train {
namespace {

DType dtype_of(const at::Tensor& x) {
  assert(x.dim() == 2 && x.is_contiguous());
  assert(x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
  return x.scalar_type() == at::kFloat ? DType::f32 : DType::bf16;
}

Place place_of(const at::Tensor& x) { return x.is_cpu() ? Place::host : Place::device; }

}  // namespace

MatrixView view_of(const at::Tensor& x) {
  return {x.const_data_ptr(), dtype_of(x), static_cast<std::size_t>(x.size(0)),
          static_cast<std::size_t>(x.size(1)), place_of(x)};
}

MutableMatrixView mutable_view_of(at::Tensor& x) {
  return {x.mutable_data_ptr(), dtype_of(x), static_cast<std::size_t>(x.size(0)),
          static_cast<std::size_t>(x.size(1)), place_of(x)};
}

at::Tensor empty_matrix(std::size_t rows, std::size_t cols, DType dtype) {
  return at::empty({static_cast<std::int64_t>(rows), static_cast<std::int64_t>(cols)},
                   dtype == DType::f32 ? at::kFloat : at::kBFloat16);
}

}  // namespace cutlink::train
