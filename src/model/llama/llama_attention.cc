#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/llama/llama_block.h"

namespace cutlink::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Carries what backward needs beside tensors.
struct Call : torch::CustomClassHolder {
  const AttentionWeights* weights = nullptr;
  std::shared_ptr<const Passage> passage;
};

// Rows [begin, begin + length) of (N, heads·D), as (groups, heads a group, length, D): the flash kernel takes
// heads that share keys and values as a batch, so that k and v need not be repeated in memory.
at::Tensor grouped(const at::Tensor& rows, std::int64_t begin, std::int64_t length, const BlockShape& s) {
  const std::int64_t share = s.heads / s.kv_heads;
  const std::int64_t own =
      rows.size(1) / (s.kv_heads * s.head_dim);  // share for queries, 1 for keys and values
  return rows.narrow(0, begin, length)
      .view({length, s.kv_heads, own, s.head_dim})
      .permute({1, 2, 0, 3})
      .expand({s.kv_heads, share, length, s.head_dim});
}

struct Attended {
  at::Tensor rows;                    // (N, heads·D)
  std::vector<at::Tensor> logsumexp;  // of every sequence
};

Attended attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Passage& passage) {
  Attended out{at::empty_like(q), {}};
  std::int64_t begin = 0;
  for (const std::uint32_t length : passage.lengths) {
    auto [y, lse] = at::_scaled_dot_product_flash_attention_for_cpu(
        grouped(q, begin, length, passage.shape), grouped(k, begin, length, passage.shape),
        grouped(v, begin, length, passage.shape), 0.0, true);
    grouped(out.rows, begin, length, passage.shape).copy_(y);
    out.logsumexp.push_back(std::move(lse));
    begin += length;
  }
  return out;
}

// Gradients at q, k, v, each shaped as they are.
std::vector<at::Tensor> attend_backward(const at::Tensor& dy, const at::Tensor& q, const at::Tensor& k,
                                        const at::Tensor& v, const at::Tensor& y, const at::Tensor* logsumexp,
                                        const Passage& passage) {
  const BlockShape& s = passage.shape;
  std::vector<at::Tensor> d = {at::empty_like(q), at::empty_like(k), at::empty_like(v)};
  std::int64_t begin = 0;
  for (const std::uint32_t length : passage.lengths) {
    const auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
        grouped(dy, begin, length, s), grouped(q, begin, length, s), grouped(k, begin, length, s),
        grouped(v, begin, length, s), grouped(y, begin, length, s), *logsumexp++, 0.0, true);
    grouped(d[0], begin, length, s).copy_(dq);
    for (const auto& [whole, part] : {std::pair{d[1], dk}, std::pair{d[2], dv}}) {
      whole.narrow(0, begin, length)
          .view({length, s.kv_heads, s.head_dim})
          .permute({1, 0, 2})
          .copy_(s.heads == s.kv_heads ? part.squeeze(1) : part.sum(1));
    }
    begin += length;
  }
  return d;
}

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, at::TensorList adapters,
                            const c10::intrusive_ptr<Call>& call) {
    const AttentionWeights& w = *call->weights;
    const Passage& passage = *call->passage;
    const auto head_dim = static_cast<std::size_t>(passage.shape.head_dim);

    const at::Tensor inverse = inverse_rms(x, passage.shape.rms_epsilon);
    ProjectedRows qkv = project(w.qkv, scale_rows(x, inverse, w.norm));
    at::Tensor &q = qkv.y[0], &k = qkv.y[1], &v = qkv.y[2];
    rotate_heads(q, head_dim, passage.rope, passage.positions, false);
    rotate_heads(k, head_dim, passage.rope, passage.positions, false);
    Attended attended = attend(q, k, v, passage);
    ProjectedRows out = project(w.out, attended.rows);

    ctx->saved_data["call"] = c10::IValue::make_capsule(call);
    variable_list saved = {x, inverse, q, k, v, qkv.low, attended.rows, out.low};
    saved.insert(saved.end(), attended.logsumexp.begin(), attended.logsumexp.end());
    saved.insert(saved.end(), adapters.begin(),
                 adapters.end());  // notices when a step changes them too early
    ctx->save_for_backward(std::move(saved));
    return out.y[0].add_(x);
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    const auto capsule = ctx->saved_data["call"].toCapsule();
    const auto& call = static_cast<const Call&>(*capsule);
    const AttentionWeights& w = *call.weights;
    const Passage& passage = *call.passage;
    const auto head_dim = static_cast<std::size_t>(passage.shape.head_dim);
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &inverse = saved[1];
    const at::Tensor dy = grads[0].contiguous();

    ProjectionGradients out = project_backward(w.out, {dy}, saved[6], saved[7], true);
    std::vector<at::Tensor> d =
        attend_backward(out.x, saved[2], saved[3], saved[4], saved[6], saved.data() + 8, passage);
    rotate_heads(d[0], head_dim, passage.rope, passage.positions, true);
    rotate_heads(d[1], head_dim, passage.rope, passage.positions, true);

    const bool want_x = ctx->needs_input_grad(0);
    ProjectionGradients in = project_backward(w.qkv, d, scale_rows(x, inverse, w.norm), saved[5], want_x);
    variable_list result = {want_x ? rms_norm_backward(in.x, x, inverse, w.norm, dy) : at::Tensor()};
    result.insert(result.end(), in.adapters.begin(), in.adapters.end());
    result.insert(result.end(), out.adapters.begin(), out.adapters.end());
    result.emplace_back();  // the call
    return result;
  }
};

}  // namespace

at::Tensor attention_fused(const at::Tensor& x, const AttentionWeights& weights,
                           const std::shared_ptr<const Passage>& passage) {
  auto call = c10::make_intrusive<Call>();
  call->weights = &weights;
  call->passage = passage;
  std::vector<at::Tensor> adapters = weights.qkv.adapters();
  const std::vector<at::Tensor> last = weights.out.adapters();
  adapters.insert(adapters.end(), last.begin(), last.end());
  return AttentionFunction::apply(x, at::TensorList(adapters), call);
}

}  // namespace cutlink::model
