// Cross-entropy over the rows that carry a label, with final norm and head. Legend: N rows, H hidden, V
// vocabulary.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace cutlink::model {

struct HeadWeights {
  at::Tensor norm;  // (H)
  at::Tensor head;  // (V, H)
  double rms_epsilon = 1e-5;
};

// Rows that carry a label and the labels themselves.
struct LabelRows {
  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> labels;
};

// Sum of cross-entropy in nats: fp32 scalar. x: (N, H). Head frozen: loss and gradient are computed together,
// a chunk of rows at a time, so that no (N, V) matrix ever exists; the gradient is kept only if x wants
// one.
[[nodiscard]] at::Tensor loss_fused(const at::Tensor& x, const LabelRows& labelled,
                                    const HeadWeights& weights);
// The same by plain autograd operations, for a model of which everything trains.
[[nodiscard]] at::Tensor loss_plain(const at::Tensor& x, const LabelRows& labelled,
                                    const HeadWeights& weights);

}  // namespace cutlink::model
