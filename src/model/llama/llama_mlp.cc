#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/llama/llama_block.h"

namespace cutlink::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Carries what backward needs beside tensors.
struct Call : torch::CustomClassHolder {
  const MlpWeights* weights = nullptr;
};

// y = x + down(silu(gate(norm(x)))·up(norm(x))). Keeps gate and up; norm(x) and the product are made again.
struct MlpFunction : torch::autograd::Function<MlpFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, at::TensorList adapters,
                            const c10::intrusive_ptr<Call>& call, double rms_epsilon) {
    const MlpWeights& w = *call->weights;
    const at::Tensor inverse = inverse_rms(x, rms_epsilon);
    const ProjectedRows gate_up = project(w.gate_up, scale_rows(x, inverse, w.norm));
    const at::Tensor &gate = gate_up.y[0], &up = gate_up.y[1];
    ProjectedRows down = project(w.out, at::silu(gate).mul_(up));

    ctx->saved_data["call"] = c10::IValue::make_capsule(call);
    variable_list saved = {x, inverse, gate, up, gate_up.low, down.low};
    saved.insert(saved.end(), adapters.begin(),
                 adapters.end());  // notices when a step changes them too early
    ctx->save_for_backward(std::move(saved));
    return down.y[0].add_(x);
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    const auto capsule = ctx->saved_data["call"].toCapsule();
    const MlpWeights& w = *static_cast<const Call&>(*capsule).weights;
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &inverse = saved[1], &gate = saved[2], &up = saved[3];
    const at::Tensor dy = grads[0].contiguous();

    at::Tensor activated = at::silu(gate);
    ProjectionGradients down = project_backward(w.out, {dy}, activated * up, saved[5], true);
    const at::Tensor d_up = activated.mul_(down.x);
    const at::Tensor d_gate = at::silu_backward(down.x.mul_(up), gate);

    const bool want_x = ctx->needs_input_grad(0);
    ProjectionGradients in =
        project_backward(w.gate_up, {d_gate, d_up}, scale_rows(x, inverse, w.norm), saved[4], want_x);
    variable_list result = {want_x ? rms_norm_backward(in.x, x, inverse, w.norm, dy) : at::Tensor()};
    result.insert(result.end(), in.adapters.begin(), in.adapters.end());
    result.insert(result.end(), down.adapters.begin(), down.adapters.end());
    result.resize(result.size() + 2);  // the call, the epsilon
    return result;
  }
};

}  // namespace

at::Tensor mlp_fused(const at::Tensor& x, const MlpWeights& weights, double rms_epsilon) {
  auto call = c10::make_intrusive<Call>();
  call->weights = &weights;
  std::vector<at::Tensor> adapters = weights.gate_up.adapters();
  const std::vector<at::Tensor> last = weights.out.adapters();
  adapters.insert(adapters.end(), last.begin(), last.end());
  return MlpFunction::apply(x, at::TensorList(adapters), call, rms_epsilon);
}

}  // namespace cutlink::model
