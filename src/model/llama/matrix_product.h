// The large matrix products of the model, fp32 through oneDNN where LibTorch has it: its kernels choose by
// what the processor can do, while MKL's fp32 kernels stay at AVX2 on processors of other makers (half the
// speed, measured on an AVX-512 one). bf16 goes to oneDNN in LibTorch anyway.
#pragma once

#include <ATen/core/Tensor.h>

namespace cutlink::model {

// x (N, K) times wᵀ, w (M, K) with any strides: (N, M). No autograd: for use under custom functions only.
[[nodiscard]] at::Tensor product_nt(const at::Tensor& x, const at::Tensor& w);

}  // namespace cutlink::model
