#include "model/llama/lora_projections.h"

#include <ATen/ATen.h>

#include "model/llama/matrix_product.h"

namespace cutlink::model {
namespace {

at::Tensor as_f32(const at::Tensor& x) { return x.scalar_type() == at::kFloat ? x : x.to(at::kFloat); }

}  // namespace

std::vector<at::Tensor> Projections::adapters() const {
  std::vector<at::Tensor> leaves;
  for (const Projection& p : each) {
    if (p.a.defined()) {
      leaves.push_back(p.a);
      leaves.push_back(p.b);
    }
  }
  return leaves;
}

ProjectedRows project(const Projections& group, const at::Tensor& x) {
  ProjectedRows out;
  if (group.stacked_a.defined()) {
    out.low = product_nt(as_f32(x), group.stacked_a);
  }
  std::int64_t at = 0;
  for (const Projection& p : group.each) {
    at::Tensor y = product_nt(x, p.weight);
    if (p.a.defined()) {
      const std::int64_t r = p.a.size(0);
      const at::Tensor low = out.low.narrow(1, at, r);
      if (y.scalar_type() == at::kFloat) {
        y.addmm_(low, p.b.t(), 1.0, group.scale);
      } else {
        y.add_(at::mm(low, p.b.t()), group.scale);  // in fp32, rounded once
      }
      at += r;
    }
    out.y.push_back(std::move(y));
  }
  return out;
}

ProjectionGradients project_backward(const Projections& group, const std::vector<at::Tensor>& dy,
                                     const at::Tensor& x, const at::Tensor& low, bool want_x) {
  ProjectionGradients out;
  if (want_x) {
    out.x = product_nt(dy[0], group.each[0].weight.t());
    for (std::size_t i = 1; i < group.each.size(); ++i) {
      out.x.add_(product_nt(dy[i], group.each[i].weight.t()));
    }
  }
  if (!group.stacked_a.defined()) {
    return out;
  }
  // d(low) = scale·dy·B, side by side as low is; then dA = d(low)ᵀ·x, dB = scale·dyᵀ·low, dx += d(low)·A.
  const at::Tensor low_t = low.t().contiguous();
  std::vector<at::Tensor> d_low_parts, db;
  std::int64_t at = 0;
  for (std::size_t i = 0; i < group.each.size(); ++i) {
    const Projection& p = group.each[i];
    if (!p.a.defined()) {
      continue;
    }
    const std::int64_t r = p.a.size(0);
    const at::Tensor dy_f32 = as_f32(dy[i]);
    d_low_parts.push_back(product_nt(dy_f32, p.b.t()));
    db.push_back(product_nt(low_t.narrow(0, at, r), dy_f32.t()).t().contiguous().mul_(group.scale));
    at += r;
  }
  const at::Tensor d_low = at::cat(d_low_parts, 1).mul_(group.scale);
  const at::Tensor da = product_nt(d_low.t().contiguous(), as_f32(x).t());
  if (want_x) {
    out.x.add_(product_nt(d_low, group.stacked_a.t()));
  }
  at = 0;
  for (at::Tensor& b : db) {
    const std::int64_t r = b.size(1);
    out.adapters.push_back(da.narrow(0, at, r));
    out.adapters.push_back(std::move(b));
    at += r;
  }
  return out;
}

at::Tensor project_plain(const Projection& projection, double scale, const at::Tensor& x) {
  at::Tensor y = at::matmul(x, projection.weight.to(x.scalar_type()).t());
  if (projection.a.defined()) {
    const at::Tensor low = at::matmul(x.to(projection.a.scalar_type()), projection.a.t());
    y = (y + at::matmul(low, projection.b.t()) * scale).to(x.scalar_type());
  }
  return y;
}

}  // namespace cutlink::model
