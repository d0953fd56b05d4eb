#include "model/llama/llama_loss.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/llama/llama_block.h"
#include "model/llama/matrix_product.h"

namespace cutlink::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows whose logits exist at a time: enough to keep the matrix products busy.
constexpr std::int64_t chunk_rows = 128;

// Loss of the chunk. Turns its logits (n, V) fp32 into the loss's gradient at them if `gradient` is set.
double cross_entropy(at::Tensor& logits, const std::int64_t* labels, bool gradient) {
  at::_log_softmax_out(logits, logits, 1, false);
  double loss = 0.0;
  float* data = logits.mutable_data_ptr<float>();
  for (std::int64_t n = 0; n < logits.size(0); ++n) {
    loss -= static_cast<double>(data[n * logits.size(1) + labels[n]]);
  }
  if (gradient) {
    logits.exp_();
    for (std::int64_t n = 0; n < logits.size(0); ++n) {
      data[n * logits.size(1) + labels[n]] -= 1.0F;
    }
  }
  return loss;
}

struct LossFunction : torch::autograd::Function<LossFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const LabelRows& labelled,
                            const HeadWeights& weights, bool gradient) {
    const at::Tensor index = at::tensor(labelled.rows, at::kLong);
    const at::Tensor picked = x.index_select(0, index);
    const at::Tensor inverse = inverse_rms(picked, weights.rms_epsilon);
    const at::Tensor hidden = scale_rows(picked, inverse, weights.norm);
    at::Tensor d_hidden = gradient ? at::empty_like(hidden) : at::Tensor();

    double loss = 0.0;
    for (std::int64_t begin = 0; begin < hidden.size(0); begin += chunk_rows) {
      const std::int64_t count = std::min(chunk_rows, hidden.size(0) - begin);
      at::Tensor logits = product_nt(hidden.narrow(0, begin, count), weights.head).to(at::kFloat);
      loss += cross_entropy(logits, labelled.labels.data() + begin, gradient);
      if (gradient) {
        d_hidden.narrow(0, begin, count).copy_(product_nt(logits.to(hidden.scalar_type()), weights.head.t()));
      }
    }
    if (gradient) {
      const at::Tensor dx = rms_norm_backward(d_hidden, picked, inverse, weights.norm, {});
      ctx->saved_data["rows"] = x.size(0);
      ctx->save_for_backward({index, dx});
    }
    return at::scalar_tensor(loss, at::kFloat);
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor& part = saved[1];
    at::Tensor dx = at::zeros({ctx->saved_data["rows"].toInt(), part.size(1)}, part.options());
    dx.index_copy_(0, saved[0], part * grads[0].to(part.scalar_type()));
    return {dx, {}, {}, {}};
  }
};

}  // namespace

at::Tensor loss_fused(const at::Tensor& x, const LabelRows& labelled, const HeadWeights& weights) {
  return LossFunction::apply(x, labelled, weights, at::GradMode::is_enabled() && x.requires_grad());
}

at::Tensor loss_plain(const at::Tensor& x, const LabelRows& labelled, const HeadWeights& weights) {
  const at::Tensor picked = x.index_select(0, at::tensor(labelled.rows, at::kLong));
  const at::Tensor hidden = rms_norm_plain(picked, weights.norm, weights.rms_epsilon);
  const at::Tensor logits = at::matmul(hidden, weights.head.to(x.scalar_type()).t()).to(at::kFloat);
  return at::nll_loss(at::log_softmax(logits, 1), at::tensor(labelled.labels, at::kLong), {},
                      at::Reduction::Sum);
}

}  // namespace cutlink::model
