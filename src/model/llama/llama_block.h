// One block: x + attention(norm(x)), then x + mlp(norm(x)), on packed rows (N, H).
// Two ways through it. *Fused*: base frozen; one autograd function for each half of the block, which keeps
// little and computes no gradient of a base weight. *Plain*: everything trains; ordinary autograd operations.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "model/llama/llama_rows.h"
#include "model/llama/lora_projections.h"

namespace cutlink::model {

struct BlockShape {
  std::int64_t heads = 0, kv_heads = 0, head_dim = 0;
  double rms_epsilon = 1e-5;
};

// Projections that read the same rows form a group; q(), k() and so on name its members.
struct AttentionWeights {
  at::Tensor norm;  // (H)
  Projections qkv;
  Projections out;
  [[nodiscard]] const Projection& q() const { return qkv.each[0]; }
  [[nodiscard]] const Projection& k() const { return qkv.each[1]; }
  [[nodiscard]] const Projection& v() const { return qkv.each[2]; }
  [[nodiscard]] const Projection& o() const { return out.each[0]; }
};

struct MlpWeights {
  at::Tensor norm;  // (H)
  Projections gate_up;
  Projections out;
  [[nodiscard]] const Projection& gate() const { return gate_up.each[0]; }
  [[nodiscard]] const Projection& up() const { return gate_up.each[1]; }
  [[nodiscard]] const Projection& down() const { return out.each[0]; }
};

struct Block {
  AttentionWeights attention;
  MlpWeights mlp;
};

// How the rows of one pass lie; shared by all its blocks and kept until their gradients are done.
struct Passage {
  BlockShape shape;
  std::vector<std::uint32_t> lengths, positions;
  RopeTable rope;
};

// The blocks must outlive the graph.
[[nodiscard]] at::Tensor attention_fused(const at::Tensor& x, const AttentionWeights& weights,
                                         const std::shared_ptr<const Passage>& passage);
[[nodiscard]] at::Tensor mlp_fused(const at::Tensor& x, const MlpWeights& weights, double rms_epsilon);
[[nodiscard]] at::Tensor block_plain(const at::Tensor& x, const Block& block, const Passage& passage);
// weight·x/rms(x) by plain autograd operations.
[[nodiscard]] at::Tensor rms_norm_plain(const at::Tensor& x, const at::Tensor& weight, double epsilon);

}  // namespace cutlink::model
