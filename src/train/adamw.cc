#include "train/adamw.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <array>
#include <cassert>
#include <cmath>

namespace cutlink::train {
namespace {

constexpr double clip_guard = 1e-6;  // torch.nn.utils.clip_grad_norm_ divides by norm + 1e-6

// Gradient as dense fp32 in the parameter's own order; null where there is none. `holder` keeps a copy alive.
const float* gradient_of(const at::Tensor& parameter, at::Tensor& holder) {
  holder = parameter.grad();
  if (!holder.defined()) {
    return nullptr;
  }
  assert(holder.scalar_type() == at::kFloat);
  holder = holder.contiguous();
  return holder.const_data_ptr<float>();
}

// In double, in eight interleaved partial sums, so that the compiler may use wide registers.
double sum_of_squares(const float* x, std::size_t size) {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= size; i += sums.size()) {
    for (std::size_t k = 0; k < sums.size(); ++k) {
      const double value = x[i + k];
      sums[k] += value * value;
    }
  }
  double total = 0.0;
  for (const double sum : sums) {
    total += sum;
  }
  for (; i < size; ++i) {
    total += static_cast<double>(x[i]) * x[i];
  }
  return total;
}

struct Update {
  float clip, decay, beta1, beta2, step_size, root_correction, epsilon;
};

void apply(const Update& u, const float* __restrict g, float* __restrict p, float* __restrict m,
           float* __restrict v, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const float clipped = g[i] * u.clip;
    m[i] += (1.0F - u.beta1) * (clipped - m[i]);
    v[i] = v[i] * u.beta2 + (1.0F - u.beta2) * clipped * clipped;
    const float denominator = std::sqrt(v[i]) / u.root_correction + u.epsilon;
    p[i] = p[i] * u.decay - u.step_size * (m[i] / denominator);
  }
}

}  // namespace

AdamW::AdamW(std::vector<model::NamedParameter> parameters, const OptimizerSpec& spec) : spec_(spec) {
  std::size_t total = 0;
  for (model::NamedParameter& parameter : parameters) {
    assert(parameter.value.scalar_type() == at::kFloat && parameter.value.is_contiguous());
    const auto size = static_cast<std::size_t>(parameter.value.numel());
    slots_.push_back({std::move(parameter), total, size});
    total += size;
  }
  first_.assign(total, 0.0F);
  second_.assign(total, 0.0F);
}

double AdamW::step(double learning_rate) {
  std::vector<at::Tensor> holders(slots_.size());
  std::vector<const float*> gradients(slots_.size());
  double squares = 0.0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    gradients[i] = gradient_of(slots_[i].parameter.value, holders[i]);
    if (gradients[i] != nullptr) {
      squares += sum_of_squares(gradients[i], slots_[i].size);
    }
  }
  const double norm = std::sqrt(squares);
  if (!std::isfinite(norm)) {
    drop_gradients();
    run_error(
        fmt::format("the gradient's norm is {} though the loss was finite: lower train.lr, or give the "
                    "gradient codec more bits",
                    std::abs(norm)));  // the sign of a NaN says nothing
  }
  ++steps_;
  const double clip = spec_.clip_norm > 0.0 ? std::min(1.0, spec_.clip_norm / (norm + clip_guard)) : 1.0;
  const double correction1 = 1.0 - std::pow(spec_.beta1, static_cast<double>(steps_));
  const double correction2 = 1.0 - std::pow(spec_.beta2, static_cast<double>(steps_));
  const Update update = {static_cast<float>(clip),
                         static_cast<float>(1.0 - learning_rate * spec_.weight_decay),
                         static_cast<float>(spec_.beta1),
                         static_cast<float>(spec_.beta2),
                         static_cast<float>(learning_rate / correction1),
                         static_cast<float>(std::sqrt(correction2)),
                         static_cast<float>(spec_.epsilon)};
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (gradients[i] != nullptr) {
      apply(update, gradients[i], slot.parameter.value.mutable_data_ptr<float>(), &first_[slot.begin],
            &second_[slot.begin], slot.size);
    }
  }
  drop_gradients();
  return norm;
}

void AdamW::drop_gradients() {
  for (Slot& slot : slots_) {
    slot.parameter.value.mutable_grad().reset();
  }
}

void AdamW::save(ByteWriter& out) const {
  out.put<std::uint64_t>(steps_);
  out.put<std::uint64_t>(slots_.size());
  for (const Slot& slot : slots_) {
    out.put_string(slot.parameter.name);
    out.put_array(std::span<const float>(slot.parameter.value.const_data_ptr<float>(), slot.size));
  }
  out.put_array(std::span<const float>(first_));
  out.put_array(std::span<const float>(second_));
}

void AdamW::restore(ByteReader& in) {
  const auto steps = in.get<std::uint64_t>();
  if (in.get<std::uint64_t>() != slots_.size()) {
    in.fail("holds another number of adapters than this model and split have");
  }
  for (Slot& slot : slots_) {
    const std::string name = in.get_string();
    const auto values = in.get_array<float>();
    if (name != slot.parameter.name || values.size() != slot.size) {
      in.fail("adapter " + name + " where " + slot.parameter.name + " of " + std::to_string(slot.size) +
              " weights is expected");
    }
    std::ranges::copy(values, slot.parameter.value.mutable_data_ptr<float>());
  }
  auto first = in.get_array<float>();
  auto second = in.get_array<float>();
  if (first.size() != first_.size() || second.size() != second_.size()) {
    in.fail("the optimizer's moments have another size");
  }
  first_ = std::move(first);
  second_ = std::move(second);
  steps_ = steps;
}

}  // namespace cutlink::train
