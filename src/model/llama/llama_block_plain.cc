#include <ATen/ATen.h>

#include "model/llama/llama_block.h"

namespace cutlink::model {
namespace {

// (N, heads, D) turned by the half-rotation of transformers.
at::Tensor rotate_plain(const at::Tensor& heads, const Passage& passage) {
  const std::vector<std::int64_t> index(passage.positions.begin(), passage.positions.end());
  const at::Tensor positions = at::tensor(index, at::kLong);
  const at::Tensor cos = passage.rope.cos.index_select(0, positions).unsqueeze(1);
  const at::Tensor sin = passage.rope.sin.index_select(0, positions).unsqueeze(1);
  const at::Tensor wide = heads.to(at::kFloat);
  const std::int64_t half = heads.size(2) / 2;
  const at::Tensor low = wide.narrow(2, 0, half);
  const at::Tensor high = wide.narrow(2, half, half);
  return at::cat({low * cos - high * sin, high * cos + low * sin}, 2).to(heads.scalar_type());
}

at::Tensor attention_plain(const at::Tensor& x, const AttentionWeights& w, const Passage& passage) {
  const BlockShape& s = passage.shape;
  const auto heads_of = [&](const Projection& p) {
    return project_plain(p, w.qkv.scale, x).view({x.size(0), -1, s.head_dim});
  };
  const at::Tensor q = rotate_plain(heads_of(w.q()), passage);
  const at::Tensor k = rotate_plain(heads_of(w.k()), passage);
  const at::Tensor v = heads_of(w.v());
  std::vector<at::Tensor> sequences;
  std::int64_t begin = 0;
  for (const std::uint32_t length : passage.lengths) {
    const auto heads_first = [&](const at::Tensor& t) {
      return t.narrow(0, begin, length).transpose(0, 1).unsqueeze(0);
    };
    const at::Tensor y = at::scaled_dot_product_attention(heads_first(q), heads_first(k), heads_first(v), {},
                                                          0.0, /*is_causal=*/true, {}, /*enable_gqa=*/true);
    sequences.push_back(y.squeeze(0).transpose(0, 1).reshape({length, s.heads * s.head_dim}));
    begin += length;
  }
  return project_plain(w.o(), w.out.scale, at::cat(sequences, 0));
}

at::Tensor mlp_plain(const at::Tensor& x, const MlpWeights& w) {
  const at::Tensor gate = project_plain(w.gate(), w.gate_up.scale, x);
  const at::Tensor up = project_plain(w.up(), w.gate_up.scale, x);
  return project_plain(w.down(), w.out.scale, at::silu(gate) * up);
}

}  // namespace

at::Tensor rms_norm_plain(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor unit = wide * at::rsqrt(wide.square().mean(-1, true) + epsilon);
  return weight.to(x.scalar_type()) * unit.to(x.scalar_type());
}

at::Tensor block_plain(const at::Tensor& x, const Block& block, const Passage& passage) {
  const double epsilon = passage.shape.rms_epsilon;
  const at::Tensor y =
      x + attention_plain(rms_norm_plain(x, block.attention.norm, epsilon), block.attention, passage);
  return y + mlp_plain(rms_norm_plain(y, block.mlp.norm, epsilon), block.mlp);
}

}  // namespace cutlink::model
