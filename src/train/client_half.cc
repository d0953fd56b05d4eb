#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <cassert>
#include <cmath>

#include "base/error.h"
#include "train/half_core.h"
#include "train/halves.h"

namespace cutlink::train {
namespace {

MicroBatch micro_batch_of(Phase phase, std::uint32_t step, std::size_t index, std::size_t count,
                          const Batch& batch) {
  assert(batch.examples.size() == batch.lengths.size());
  return {.phase = phase,
          .step = step,
          .index = static_cast<std::uint32_t>(index),
          .last = index + 1 == count,
          .plain = false,
          .layout = model::RowLayout::of(batch.lengths),
          .sequence_ids = batch.examples};
}

}  // namespace

struct ClientHalf::State {
  State(const TrainSpec& spec, const model::LlamaConfig& config, const model::Checkpoint* checkpoint,
        Observer& observer)
      : core(Half::client, spec, config, checkpoint, observer), blocks(config.blocks) {
    bottom_trains = core.llama().trains_below(spec.split.bottom);
  }

  wire::BatchDescriptor descriptor_of(const Batch& data) const {
    wire::BatchDescriptor descriptor;
    descriptor.sequence_lengths = data.lengths;
    descriptor.sequence_ids = data.examples;
    if (core.vanilla()) {
      descriptor.labels = data.labels;
    }
    return descriptor;
  }
  // One micro-batch of training or evaluation. scale: of the loss before its backward.
  LossResult micro_batch(const MicroBatch& batch, const Batch& data, const wire::BatchDescriptor& descriptor,
                         double scale, Channel& channel);
  LossResult u_micro_batch(const MicroBatch& batch, const Batch& data,
                           const wire::BatchDescriptor& descriptor, double scale, Channel& channel);
  LossResult vanilla_micro_batch(const MicroBatch& batch, const Batch& data,
                                 const wire::BatchDescriptor& descriptor, Channel& channel);

  // Their parts. Embedding and bottom blocks: (N, H).
  at::Tensor bottom_forward(const MicroBatch& batch, const Batch& data);
  // From the server's (N, H) to the loss; in training its backward, which leaves the gradient at o_hat.
  LossResult top(const at::Tensor& o_hat, const MicroBatch& batch, const Batch& data, double scale);
  void bottom_backward(const at::Tensor& h, const at::Tensor& gradient);
  ByteVector exchange_act_up(const at::Tensor& h, const MicroBatch& batch,
                             const wire::BatchDescriptor& descriptor, Channel& channel);
  static LossResult loss_of(const wire::Frame& frame, const MicroBatch& batch, const Batch& data);
  wire::Frame parse(const ByteVector& bytes, std::int64_t& parse_ns) const;
  void check_loss(double loss, const MicroBatch& batch) const;

  HalfCore core;
  std::size_t blocks;
  bool bottom_trains = false;
  std::int64_t backward_ns = 0;  // of the bottom's blocks in the last micro-batch
};

wire::Frame ClientHalf::State::parse(const ByteVector& bytes, std::int64_t& parse_ns) const {
  const Stopwatch watch;
  const wire::Frame frame = wire::decode_frame(bytes, core.limits());
  core.check_sequence(frame);
  parse_ns = watch.elapsed_ns();
  return frame;
}

void ClientHalf::State::check_loss(double loss, const MicroBatch& batch) const {
  if (batch.phase == Phase::train && !std::isfinite(loss)) {
    run_error(
        fmt::format("the loss of step {} is {}: lower train.lr, or give the codecs more bits or a later "
                    "descent; the state is as before the step",
                    batch.step, std::abs(loss)));  // the sign of a NaN says nothing
  }
}

LossResult ClientHalf::State::loss_of(const wire::Frame& frame, const MicroBatch& batch, const Batch& data) {
  const wire::FrameInfo& info = frame.info;
  if (info.crossing != Crossing::grad_down || info.phase != batch.phase || info.step != batch.step ||
      info.micro_batch != batch.index || !frame.descriptor.has_loss ||
      frame.descriptor.loss_count != data.label_tokens) {
    peer_error(
        fmt::format("step {}, micro-batch {}: the server's answer is not the loss of these {} label tokens",
                    batch.step, batch.index, data.label_tokens));
  }
  return {frame.descriptor.loss_sum, frame.descriptor.loss_count};
}

at::Tensor ClientHalf::State::bottom_forward(const MicroBatch& batch, const Batch& data) {
  backward_ns = 0;
  const Stopwatch watch;
  at::Tensor h = core.run_blocks(core.llama().embed(data.ids), 0, core.spec().split.bottom, batch);
  core.report_work(Work::client_bottom_forward, batch, watch.elapsed_ns());
  return h;
}

ByteVector ClientHalf::State::exchange_act_up(const at::Tensor& h, const MicroBatch& batch,
                                              const wire::BatchDescriptor& descriptor, Channel& channel) {
  std::optional<ByteVector> reply = channel.exchange(core.send(Crossing::act_up, h, batch, descriptor));
  if (!reply) {
    peer_error(fmt::format("step {}, micro-batch {}: no answer to act_up", batch.step, batch.index));
  }
  return std::move(*reply);
}

LossResult ClientHalf::State::top(const at::Tensor& o_hat, const MicroBatch& batch, const Batch& data,
                                  double scale) {
  const Stopwatch watch;
  const bool train = batch.phase == Phase::train;
  o_hat.set_requires_grad(train);
  const at::Tensor y = core.run_blocks(o_hat, blocks - core.spec().split.top, blocks, batch);
  std::size_t count = 0;
  const at::Tensor loss = core.llama().loss_sum(y, data.labels, count);
  const LossResult result = {loss.item<float>(), count};
  check_loss(result.loss_sum, batch);
  if (train) {
    torch::autograd::backward({loss * scale}, {});
  }
  core.report_work(Work::client_top, batch, watch.elapsed_ns());
  return result;
}

void ClientHalf::State::bottom_backward(const at::Tensor& h, const at::Tensor& gradient) {
  if (bottom_trains) {
    const Stopwatch watch;
    torch::autograd::backward({h}, {gradient});
    backward_ns = watch.elapsed_ns();
  }
}

LossResult ClientHalf::State::micro_batch(const MicroBatch& batch, const Batch& data,
                                          const wire::BatchDescriptor& descriptor, double scale,
                                          Channel& channel) {
  const c10::AutoGradMode gradients(batch.phase == Phase::train);
  return core.vanilla() ? vanilla_micro_batch(batch, data, descriptor, channel)
                        : u_micro_batch(batch, data, descriptor, scale, channel);
}

LossResult ClientHalf::State::u_micro_batch(const MicroBatch& batch, const Batch& data,
                                            const wire::BatchDescriptor& descriptor, double scale,
                                            Channel& channel) {
  const at::Tensor h = bottom_forward(batch, data);
  const ByteVector act_down = exchange_act_up(h, batch, descriptor, channel);

  std::int64_t parse_ns = 0;
  const wire::Frame activation = parse(act_down, parse_ns);
  core.receiver(Crossing::act_down).check(activation, batch);
  const at::Tensor o_hat = core.receive_activation(Crossing::act_down, activation, batch, parse_ns);
  const LossResult result = top(o_hat, batch, data, scale);
  if (batch.phase != Phase::train) {
    return result;
  }

  const std::optional<ByteVector> grad_down =
      channel.exchange(core.send(Crossing::grad_up, o_hat.grad(), batch));
  if (descriptor.wants_gradient != grad_down.has_value()) {
    peer_error(fmt::format("step {}, micro-batch {}: {} grad_down", batch.step, batch.index,
                           descriptor.wants_gradient ? "no" : "an unwanted"));
  }
  if (grad_down) {
    const wire::Frame frame = parse(*grad_down, parse_ns);
    core.receiver(Crossing::grad_down).check(frame, batch);
    bottom_backward(h, core.receive_gradient(Crossing::grad_down, frame, batch, parse_ns));
  }
  return result;
}

LossResult ClientHalf::State::vanilla_micro_batch(const MicroBatch& batch, const Batch& data,
                                                  const wire::BatchDescriptor& descriptor, Channel& channel) {
  const at::Tensor h = bottom_forward(batch, data);
  const ByteVector answer = exchange_act_up(h, batch, descriptor, channel);

  std::int64_t parse_ns = 0;
  const wire::Frame frame = parse(answer, parse_ns);
  const LossResult result = loss_of(frame, batch, data);
  check_loss(result.loss_sum, batch);
  if (batch.phase == Phase::train && descriptor.wants_gradient) {
    core.receiver(Crossing::grad_down).check(frame, batch);
    bottom_backward(h, core.receive_gradient(Crossing::grad_down, frame, batch, parse_ns));
    return result;
  }
  if (frame.info.type != wire::FrameType::result) {
    peer_error(fmt::format("step {}, micro-batch {}: an unwanted grad_down", batch.step, batch.index));
  }
  core.count_received();
  core.observer().on_received(Crossing::grad_down, batch.phase, parse_ns, MatrixView{});
  return result;
}

ClientHalf::ClientHalf(const TrainSpec& spec, const model::LlamaConfig& config,
                       const model::Checkpoint* checkpoint, Observer& observer)
    : state_(std::make_unique<State>(spec, config, checkpoint, observer)) {}

ClientHalf::~ClientHalf() = default;

StepResult ClientHalf::train_step(std::uint32_t step, std::span<const Batch> micro_batches,
                                  Channel& channel) {
  HalfCore& core = state_->core;
  std::uint64_t label_tokens = 0;
  for (const Batch& data : micro_batches) {
    label_tokens += data.label_tokens;
  }
  assert(step == core.steps_done() && label_tokens > 0);
  const double scale = 1.0 / static_cast<double>(label_tokens);
  StepResult result;
  result.learning_rate = learning_rate_at(core.spec().optimizer, step, core.spec().steps);
  core.begin_step();
  try {
    for (std::size_t i = 0; i < micro_batches.size(); ++i) {
      const Batch& data = micro_batches[i];
      const MicroBatch batch = micro_batch_of(Phase::train, step, i, micro_batches.size(), data);
      wire::BatchDescriptor descriptor = state_->descriptor_of(data);
      descriptor.total_micro_batches = static_cast<std::uint32_t>(micro_batches.size());
      descriptor.learning_rate = result.learning_rate;
      descriptor.wants_gradient = state_->bottom_trains || core.sender(Crossing::act_up).learns();
      if (core.vanilla()) {
        descriptor.step_label_tokens = static_cast<std::uint32_t>(label_tokens);
      }
      const LossResult loss = state_->micro_batch(batch, data, descriptor, scale, channel);
      result.loss.loss_sum += loss.loss_sum;
      result.loss.label_tokens += loss.label_tokens;
      const Stopwatch optimizer;
      if (batch.last) {
        result.gradient_norm = core.finish_step(result.learning_rate);
      }
      core.report_work(Work::client_bottom_backward, batch, state_->backward_ns + optimizer.elapsed_ns());
    }
  } catch (...) {
    core.roll_back();
    throw;
  }
  return result;
}

LossResult ClientHalf::evaluate(std::uint32_t step, std::span<const Batch> batches, bool with_codecs,
                                Channel& channel) {
  LossResult result;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    MicroBatch batch = micro_batch_of(Phase::eval, step, i, batches.size(), batches[i]);
    batch.plain = !with_codecs;
    wire::BatchDescriptor descriptor = state_->descriptor_of(batches[i]);
    descriptor.total_micro_batches = static_cast<std::uint32_t>(batches.size());
    descriptor.wants_gradient = false;
    const LossResult loss = state_->micro_batch(batch, batches[i], descriptor, 1.0, channel);
    result.loss_sum += loss.loss_sum;
    result.label_tokens += loss.label_tokens;
  }
  return result;
}

std::vector<model::NamedParameter>& ClientHalf::adapters() { return state_->core.llama().parameters(); }
void ClientHalf::save(ByteWriter& out) const { state_->core.save(out); }
void ClientHalf::restore(ByteReader& in) { state_->core.restore(in); }

}  // namespace cutlink::train
