// What the server half expects next (U-shape; a vanilla step goes from idle to idle):
//
//            act_up(eval) / act_down                 grad_up / grad_down or nothing
//              +--------+                             +-------------------------+
//              v        |                             v                         |
//   ---------> idle ----+---- act_up(train) / act_down ----> waiting_for_gradient
//
// A step is open from its first act_up to the grad_up of its last micro-batch. A client that gave its step up
// (a loss that is not finite, a lost connection) starts it again or evaluates, with the sequence number that
// the open step began with: the server then rolls its own part back first.
#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "train/half_core.h"
#include "train/halves.h"

namespace cutlink::train {

struct ServerHalf::State {
  State(const TrainSpec& spec, const model::LlamaConfig& config, const model::Checkpoint* checkpoint,
        Observer& observer)
      : core(Half::server, spec, config, checkpoint, observer),
        vocabulary(static_cast<std::int64_t>(config.vocabulary)),
        end(config.blocks - spec.split.top) {}

  std::optional<ByteVector> on_act_up(const wire::Frame& frame, std::int64_t parse_ns);
  std::optional<ByteVector> on_grad_up(const wire::Frame& frame, std::int64_t parse_ns);
  // Checks an act_up and makes it the micro-batch in hand: h_hat is its leaf. Throws Error(peer) with the
  // state as before the frame.
  void accept(const wire::Frame& frame, std::int64_t parse_ns);
  // The rest of a micro-batch, from h_hat on.
  ByteVector answer_u();
  ByteVector answer_vanilla();
  // Backward from `from` (gradient undefined: a scalar loss), after the last micro-batch the optimizer.
  // Leaves the gradient at h_hat.
  void backward(const at::Tensor& from, const at::Tensor& gradient);

  void check_descriptor(const wire::Frame& frame) const;
  [[nodiscard]] bool restarts(const wire::Frame& frame) const {
    return core.in_step() && frame.info.sequence == core.frames_received_at_begin() &&
           (frame.info.phase == Phase::eval || frame.info.micro_batch == 0);
  }
  void forget_batch() {
    h_hat.reset();
    output.reset();
    waiting_for_gradient = false;
  }

  HalfCore core;
  std::int64_t vocabulary;
  std::size_t end;  // of this half's blocks
  double gradient_norm = 0.0;

  // The micro-batch in hand.
  MicroBatch batch;
  wire::BatchDescriptor descriptor;
  at::Tensor h_hat, output;
  bool waiting_for_gradient = false;
  // The open step.
  std::uint32_t next_micro_batch = 0, total_micro_batches = 0, step_label_tokens = 0;
};

namespace {

[[noreturn]] void refuse(const wire::FrameInfo& info, const std::string& why) {
  peer_error(fmt::format("frame {} ({}, {}, step {}, micro-batch {}): {}", info.sequence, name_of(info.phase),
                         name_of(info.crossing), info.step, info.micro_batch, why));
}

}  // namespace

void ServerHalf::State::check_descriptor(const wire::Frame& frame) const {
  const wire::BatchDescriptor& d = frame.descriptor;
  const std::uint32_t longest = core.spec().max_length;
  if (std::ranges::any_of(d.sequence_lengths, [&](std::uint32_t length) { return length > longest; })) {
    refuse(frame.info, fmt::format("a sequence is longer than the agreed {} tokens", longest));
  }
  if (core.vanilla() != !d.labels.empty()) {
    refuse(frame.info, core.vanilla() ? "carries no labels, which the vanilla split needs"
                                      : "carries labels, which stay with the client in a U-shape");
  }
  if (core.vanilla() && frame.info.phase == Phase::train && d.step_label_tokens == 0) {
    refuse(frame.info, "a training step without a label token: there is no loss to divide");
  }
  if (std::ranges::any_of(d.labels, [&](std::int32_t label) { return label >= vocabulary; })) {
    refuse(frame.info, fmt::format("a label lies outside the vocabulary of {}", vocabulary));
  }
}

std::optional<ByteVector> ServerHalf::State::on_act_up(const wire::Frame& frame, std::int64_t parse_ns) {
  accept(frame, parse_ns);
  const c10::AutoGradMode gradients(batch.phase == Phase::train);
  return core.vanilla() ? answer_vanilla() : answer_u();
}

void ServerHalf::State::accept(const wire::Frame& frame, std::int64_t parse_ns) {
  const wire::FrameInfo& info = frame.info;
  const bool train = info.phase == Phase::train;
  const bool restart = restarts(frame);
  if (!restart) {
    if (waiting_for_gradient) {
      refuse(info, "grad_up of the last micro-batch was expected");
    }
    core.check_sequence(frame);
    if (core.in_step() && !train) {
      refuse(info, "an evaluation in the middle of a step");
    }
  }
  const bool first = restart || !core.in_step();
  const MicroBatch expected = {.phase = info.phase,
                               .step = core.steps_done(),
                               .index = train ? (first ? 0 : next_micro_batch) : info.micro_batch,
                               .last = info.last_micro_batch,
                               .plain = info.plain,
                               .layout = model::RowLayout::of(frame.descriptor.sequence_lengths),
                               .sequence_ids = frame.descriptor.sequence_ids};
  core.receiver(Crossing::act_up).check(frame, expected);
  check_descriptor(frame);
  if (train && info.plain) {
    refuse(info, "plain frames are for evaluation only");
  }
  if (train && !first &&
      (frame.descriptor.total_micro_batches != total_micro_batches ||
       frame.descriptor.step_label_tokens != step_label_tokens)) {
    refuse(info, "the step's micro-batches or label tokens are not those of its first frame");
  }

  if (restart) {
    core.roll_back();
    forget_batch();
  }
  if (train && first) {
    core.begin_step();
  }
  try {
    h_hat = core.receive_activation(Crossing::act_up, frame, expected, parse_ns);
  } catch (const Error&) {
    if (first) {
      core.roll_back();
    }
    throw;
  }
  batch = expected;
  descriptor = frame.descriptor;
  total_micro_batches = descriptor.total_micro_batches;
  step_label_tokens = descriptor.step_label_tokens;
  if (train) {
    next_micro_batch = batch.index + 1;
    h_hat.set_requires_grad(descriptor.wants_gradient);
  }
}

ByteVector ServerHalf::State::answer_u() {
  const Stopwatch watch;
  output = core.run_blocks(h_hat, core.spec().split.bottom, end, batch);
  core.report_work(Work::server_forward, batch, watch.elapsed_ns());
  ByteVector reply = core.send(Crossing::act_down, output, batch);
  waiting_for_gradient = batch.phase == Phase::train;
  if (!waiting_for_gradient) {
    forget_batch();
  }
  return reply;
}

ByteVector ServerHalf::State::answer_vanilla() {
  const bool train = batch.phase == Phase::train;
  const Stopwatch watch;
  output = core.run_blocks(h_hat, core.spec().split.bottom, end, batch);
  std::size_t count = 0;
  const at::Tensor loss = core.llama().loss_sum(output, descriptor.labels, count);
  wire::BatchDescriptor answer;
  answer.loss_sum = loss.item<float>();
  answer.loss_count = count;
  answer.has_loss = true;
  core.report_work(Work::server_forward, batch, watch.elapsed_ns());
  if (!train || !std::isfinite(answer.loss_sum)) {
    ByteVector reply = core.send_result(batch, answer);
    core.roll_back();  // the client gives the step up; nothing to do in an evaluation
    forget_batch();
    return reply;
  }
  backward(loss * (1.0 / step_label_tokens), {});
  ByteVector reply = descriptor.wants_gradient ? core.send(Crossing::grad_down, h_hat.grad(), batch, answer)
                                               : core.send_result(batch, answer);
  forget_batch();
  return reply;
}

void ServerHalf::State::backward(const at::Tensor& from, const at::Tensor& gradient) {
  const Stopwatch watch;
  if (from.requires_grad()) {
    torch::autograd::backward({from}, gradient.defined() ? torch::autograd::variable_list{gradient}
                                                         : torch::autograd::variable_list{});
  }
  if (batch.last) {
    try {
      gradient_norm = core.finish_step(descriptor.learning_rate);
    } catch (const Error&) {
      core.roll_back();
      forget_batch();
      throw;
    }
  }
  core.report_work(Work::server_backward, batch, watch.elapsed_ns());
}

std::optional<ByteVector> ServerHalf::State::on_grad_up(const wire::Frame& frame, std::int64_t parse_ns) {
  if (!waiting_for_gradient) {
    refuse(frame.info, "act_up was expected");
  }
  core.check_sequence(frame);
  core.receiver(Crossing::grad_up).check(frame, batch);
  const at::Tensor gradient = core.receive_gradient(Crossing::grad_up, frame, batch, parse_ns);
  backward(output, gradient);
  std::optional<ByteVector> reply;
  if (descriptor.wants_gradient) {
    reply = core.send(Crossing::grad_down, h_hat.grad(), batch);
  }
  forget_batch();
  return reply;
}

ServerHalf::ServerHalf(const TrainSpec& spec, const model::LlamaConfig& config,
                       const model::Checkpoint* checkpoint, Observer& observer)
    : state_(std::make_unique<State>(spec, config, checkpoint, observer)) {}

ServerHalf::~ServerHalf() = default;

std::optional<ByteVector> ServerHalf::handle(ByteSpan bytes) {
  const Stopwatch watch;
  const wire::Frame frame = wire::decode_frame(bytes, state_->core.limits());
  const std::int64_t parse_ns = watch.elapsed_ns();
  if (frame.info.phase == Phase::generate) {
    refuse(frame.info, frame.info.type == wire::FrameType::drop_cache
                           ? "drop_cache: a cache is not served by this version"
                           : "generation with a cache is not served by this version");
  }
  if (frame.info.type == wire::FrameType::tensor && frame.info.crossing == Crossing::act_up) {
    return state_->on_act_up(frame, parse_ns);
  }
  if (frame.info.type == wire::FrameType::tensor && frame.info.crossing == Crossing::grad_up) {
    return state_->on_grad_up(frame, parse_ns);
  }
  refuse(frame.info, "a server takes act_up and grad_up only");
}

double ServerHalf::gradient_norm() const { return state_->gradient_norm; }
std::uint32_t ServerHalf::steps_done() const { return state_->core.steps_done(); }
std::vector<model::NamedParameter>& ServerHalf::adapters() { return state_->core.llama().parameters(); }
void ServerHalf::save(ByteWriter& out) const { state_->core.save(out); }
void ServerHalf::restore(ByteReader& in) {
  state_->forget_batch();
  state_->core.restore(in);
}

}  // namespace cutlink::train
