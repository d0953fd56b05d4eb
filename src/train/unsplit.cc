#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "base/error.h"
#include "train/adamw.h"
#include "train/halves.h"
#include "train/split_parts.h"

namespace cutlink::train {
namespace {

// The adapters of the blocks that `part` holds, in the order in which a half has them.
std::vector<model::NamedParameter> held_by(const model::Part& part,
                                           const std::vector<model::NamedParameter>& all) {
  std::vector<model::NamedParameter> held;
  for (const model::NamedParameter& parameter : all) {
    if (part.holds(block_of(parameter.name))) {
      held.push_back(parameter);
    }
  }
  return held;
}

}  // namespace

struct UnsplitModel::State {
  State(const TrainSpec& train_spec, const model::LlamaConfig& config, const model::Checkpoint* checkpoint)
      : spec(train_spec),
        llama(config, checkpoint, whole_model(config), spec.compute, model::Training::adapters, spec.lora,
              spec.seed),
        client(held_by(client_part(spec.split, config), llama.parameters()), spec.optimizer),
        server(held_by(server_part(spec.split, config), llama.parameters()), spec.optimizer) {}

  at::Tensor loss_of(const Batch& batch, std::size_t& count) const {
    const model::RowLayout layout = model::RowLayout::of(batch.lengths);
    const at::Tensor x = llama.run_blocks(llama.embed(batch.ids), 0, llama.config().blocks, layout);
    return llama.loss_sum(x, batch.labels, count);
  }

  TrainSpec spec;
  model::Llama llama;
  AdamW client, server;  // clipping and optimizer as the two halves have them
};

UnsplitModel::UnsplitModel(const TrainSpec& spec, const model::LlamaConfig& config,
                           const model::Checkpoint* checkpoint)
    : state_(std::make_unique<State>(spec, config, checkpoint)) {}

UnsplitModel::~UnsplitModel() = default;

StepResult UnsplitModel::train_step(std::uint32_t step, std::span<const Batch> micro_batches) {
  std::uint64_t label_tokens = 0;
  for (const Batch& batch : micro_batches) {
    label_tokens += batch.label_tokens;
  }
  StepResult result;
  result.learning_rate = learning_rate_at(state_->spec.optimizer, step, state_->spec.steps);
  for (const Batch& batch : micro_batches) {
    std::size_t count = 0;
    const at::Tensor loss = state_->loss_of(batch, count);
    result.loss.loss_sum += loss.item<float>();
    result.loss.label_tokens += count;
    if (!std::isfinite(result.loss.loss_sum)) {
      state_->client.drop_gradients();
      state_->server.drop_gradients();
      run_error(
          fmt::format("the loss of step {} is {}: lower train.lr", step, std::abs(result.loss.loss_sum)));
    }
    torch::autograd::backward({loss * (1.0 / static_cast<double>(label_tokens))}, {});
  }
  state_->server.step(result.learning_rate);
  result.gradient_norm = state_->client.step(result.learning_rate);
  return result;
}

LossResult UnsplitModel::evaluate(std::span<const Batch> batches) {
  const c10::NoGradGuard no_gradients;
  LossResult result;
  for (const Batch& batch : batches) {
    std::size_t count = 0;
    result.loss_sum += state_->loss_of(batch, count).item<float>();
    result.label_tokens += count;
  }
  return result;
}

std::vector<model::NamedParameter>& UnsplitModel::adapters() { return state_->llama.parameters(); }

}  // namespace cutlink::train
