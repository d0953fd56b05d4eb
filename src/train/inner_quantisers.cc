#include "train/inner_quantisers.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cassert>
#include <map>

#include "codecs/inner_quantiser.h"
#include "train/tensor_view.h"

namespace cutlink::train {
namespace {

// x̂ forward; backward hands the gradient to the gates and passes it on unchanged (straight-through).
struct QuantiseStraightThrough : torch::autograd::Function<QuantiseStraightThrough> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            codecs::InnerQuantiser* quantiser, std::int64_t matrix,
                            const codecs::CallInfo& call) {
    context->saved_data["quantiser"] = reinterpret_cast<std::int64_t>(quantiser);
    context->saved_data["matrix"] = matrix;
    const at::Tensor rows = x.contiguous();
    at::Tensor x_hat = at::empty_like(rows);
    quantiser->quantise(static_cast<std::size_t>(matrix), view_of(rows), mutable_view_of(x_hat), call);
    return x_hat;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    auto* const quantiser =
        reinterpret_cast<codecs::InnerQuantiser*>(context->saved_data["quantiser"].toInt());
    const at::Tensor gradient = gradients[0].contiguous();
    quantiser->learn(static_cast<std::size_t>(context->saved_data["matrix"].toInt()), view_of(gradient));
    return {gradient, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

struct InnerQuantisers::State {
  std::map<std::size_t, std::int64_t> matrix_of;  // by block whose input is quantised
  std::unique_ptr<codecs::InnerQuantiser> quantiser;
  Half half = Half::client;
  Observer* observer = nullptr;
};

InnerQuantisers::InnerQuantisers(const codecs::Codec& codec, const codecs::CodecContext& context, Half half,
                                 const model::Part& part, Observer& observer) {
  auto state = std::make_unique<State>();
  const auto add_range = [&](std::size_t begin, std::size_t end) {
    for (std::size_t block = begin + 1; block < end; ++block) {
      const auto next = static_cast<std::int64_t>(state->matrix_of.size());
      state->matrix_of.emplace(block, next);
    }
  };
  add_range(part.bottom_begin, part.bottom_end);
  add_range(part.top_begin, part.top_end);
  if (state->matrix_of.empty()) {
    return;
  }
  state->half = half;
  state->observer = &observer;
  state->quantiser = codec.make_inner({.half = half,
                                       .blocks = state->matrix_of.size(),
                                       .channels = context.channels,
                                       .max_positions = context.max_positions,
                                       .total_steps = context.total_steps});
  if (state->quantiser == nullptr) {
    return;
  }
  state_ = std::move(state);
}

InnerQuantisers::~InnerQuantisers() = default;

model::BlockHook InnerQuantisers::hook(std::size_t begin, const MicroBatch& batch) {
  assert(!empty());
  return [state = state_.get(), begin, &batch](std::size_t block, const at::Tensor& x) {
    const auto found = state->matrix_of.find(block);
    if (block == begin || found == state->matrix_of.end()) {
      return x;
    }
    return QuantiseStraightThrough::apply(x, state->quantiser.get(), found->second, batch.call());
  };
}

void InnerQuantisers::end_step(std::uint32_t step) {
  if (empty()) {
    return;
  }
  state_->quantiser->end_step();
  for (Event& event : state_->quantiser->take_events()) {
    event.step = step;
    state_->observer->on_event(event);
  }
}

void InnerQuantisers::save(ByteWriter& out) const {
  if (!empty()) {
    state_->quantiser->save(out);
  }
}

void InnerQuantisers::restore(ByteReader& in) {
  if (!empty()) {
    state_->quantiser->restore(in);
  }
}

}  // namespace cutlink::train
