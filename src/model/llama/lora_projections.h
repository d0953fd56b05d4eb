// Linear layers that read the same rows, with their adapters: q, k, v; gate, up; o; down. The adapters' A lie
// one under the other in one tensor, so that all of them meet the rows in one matrix product.
// Legend: N rows, I inputs, O outputs of a projection, r rank, n adapters in the group.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace cutlink::model {

struct Projection {
  at::Tensor weight;  // (O, I): compute type and frozen, or an fp32 leaf if everything trains
  at::Tensor a;       // (r, I) fp32 leaf, rows of Projections::stacked_a; undefined: no adapter
  at::Tensor b;       // (O, r) fp32 leaf
};

struct Projections {
  std::vector<Projection> each;
  at::Tensor stacked_a;  // (n·r, I) fp32; undefined if n = 0
  double scale = 0.0;    // alpha / r

  // Leaves in the order a, b of every adapter: the order of gradients below.
  [[nodiscard]] std::vector<at::Tensor> adapters() const;
};

// What the rows' way through the group leaves for the way back.
struct ProjectedRows {
  std::vector<at::Tensor> y;  // (N, O) each, type of x
  at::Tensor low;             // x·Aᵀ of all adapters, (N, n·r) fp32; undefined if n = 0
};

// No autograd. As peft does: the base in x's type, the adapter in fp32, their sum rounded once.
[[nodiscard]] ProjectedRows project(const Projections& group, const at::Tensor& x);

struct ProjectionGradients {
  at::Tensor x;                      // (N, I), type of dy; undefined unless wanted
  std::vector<at::Tensor> adapters;  // fp32, as Projections::adapters()
};

// dy: (N, O) each. x, low: as in the forward pass. Never computes a gradient of a base weight.
[[nodiscard]] ProjectionGradients project_backward(const Projections& group,
                                                   const std::vector<at::Tensor>& dy, const at::Tensor& x,
                                                   const at::Tensor& low, bool want_x);

// The same by plain autograd operations: y = x·Wᵀ + scale·(x·Aᵀ)·Bᵀ. Used if everything trains, and in tests.
[[nodiscard]] at::Tensor project_plain(const Projection& projection, double scale, const at::Tensor& x);

}  // namespace cutlink::model
