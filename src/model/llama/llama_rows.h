// Kernels on rows, without autograd: RMSNorm, its gradient, and RoPE. N rows, H hidden, D head dimension.
// Tensors are contiguous, fp32 or bf16; arithmetic is fp32. Results do not depend on the thread count.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace cutlink::model {

// 1 / rms of every row of x (N, H): (N) fp32.
[[nodiscard]] at::Tensor inverse_rms(const at::Tensor& x, double epsilon);
// weight·(x·inverse), the product in parentheses rounded to x's type first, as transformers does.
[[nodiscard]] at::Tensor scale_rows(const at::Tensor& x, const at::Tensor& inverse, const at::Tensor& weight);
// Gradient of scale_rows(x, inverse_rms(x), weight) at x, plus `residual` (same shape, or undefined).
[[nodiscard]] at::Tensor rms_norm_backward(const at::Tensor& dy, const at::Tensor& x,
                                           const at::Tensor& inverse, const at::Tensor& weight,
                                           const at::Tensor& residual);

// cos and sin of position · θ^(−2i/D), (positions, D/2) fp32.
struct RopeTable {
  at::Tensor cos, sin;
  static RopeTable of(std::size_t positions, std::size_t head_dim, double theta);
};
// Turns every head of rows (N, heads·D) in place, channel i together with i + D/2 (the half-rotation of
// transformers); `back` turns the other way, which is the gradient.
void rotate_heads(at::Tensor& rows, std::size_t head_dim, const RopeTable& table,
                  const std::vector<std::uint32_t>& positions, bool back);

}  // namespace cutlink::model
