#include "model/lora_projections.h"

#include <ATen/ATen.h>

namespace cutlink::model {
namespace {

at::Tensor as_f32(const at::Tensor& x) { return x.scalar_type() == at::kFloat ? x : x.to(at::kFloat); }

// into += scale·p·q. fp32: inside the matrix product; bf16: the product in fp32, the sum rounded once.
void add_product(at::Tensor& into, const at::Tensor& p, const at::Tensor& q, double scale) {
  if (into.scalar_type() == p.scalar_type()) {
    into.addmm_(p, q, 1.0, scale);
  } else {
    into.add_(at::mm(p, q), scale);
  }
}

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
    out.low = at::mm(as_f32(x), group.stacked_a.t());
  }
  std::int64_t at = 0;
  for (const Projection& p : group.each) {
    at::Tensor y = at::mm(x, p.weight.t());
    if (p.a.defined()) {
      const std::int64_t r = p.a.size(0);
      add_product(y, out.low.narrow(1, at, r), p.b.t(), group.scale);
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
    out.x = at::mm(dy[0], group.each[0].weight);
    for (std::size_t i = 1; i < group.each.size(); ++i) {
      out.x.addmm_(dy[i], group.each[i].weight);
    }
  }
  if (!group.stacked_a.defined()) {
    return out;
  }
  // d(low) = scale·dy·B, side by side as low is; then dA = d(low)ᵀ·x, dB = scale·dyᵀ·low, dx += d(low)·A.
  at::Tensor d_low = at::empty_like(low);
  std::vector<at::Tensor> db;
  std::int64_t at = 0;
  for (std::size_t i = 0; i < group.each.size(); ++i) {
    const Projection& p = group.each[i];
    if (!p.a.defined()) {
      continue;
    }
    const std::int64_t r = p.a.size(0);
    const at::Tensor dy_f32 = as_f32(dy[i]);
    at::Tensor slice = d_low.narrow(1, at, r);
    at::mm_out(slice, dy_f32, p.b);
    db.push_back(at::mm(dy_f32.t(), low.narrow(1, at, r)).mul_(group.scale));
    at += r;
  }
  d_low.mul_(group.scale);
  const at::Tensor da = at::mm(d_low.t(), as_f32(x));
  if (want_x) {
    add_product(out.x, d_low, group.stacked_a, 1.0);
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
