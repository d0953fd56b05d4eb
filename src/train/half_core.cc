#include "train/half_core.h"

#include <fmt/format.h>

#include <cassert>
#include <limits>

#include "base/checked.h"
#include "base/error.h"
#include "codecs/registry.h"
#include "train/crossings.h"
#include "train/frame_row.h"
#include "train/spec_bounds.h"
#include "train/split_parts.h"
#include "train/tensor_view.h"

namespace cutlink::train {
namespace {

constexpr std::uint32_t state_version = 1;

Crossing activation_of(Crossing gradient) {
  return gradient == Crossing::grad_up ? Crossing::act_down : Crossing::act_up;
}

model::Part part_of(Half half, const TrainSpec& spec, const model::LlamaConfig& config) {
  return half == Half::client ? client_part(spec.split, config) : server_part(spec.split, config);
}

// What the frames of this half's peer may be.
wire::FrameLimits limits_of(const TrainSpec& spec, const model::LlamaConfig& config) {
  const std::uint64_t rows = checked_mul(spec.batch, spec.max_length, "train.batch x train.max_length");
  if (rows > std::numeric_limits<std::uint32_t>::max()) {
    usage_error(fmt::format("train.batch {} x train.max_length {}: {} rows; a frame holds 2^32 - 1 at most",
                            spec.batch, spec.max_length, rows));
  }
  if (spec.client > max_client) {
    usage_error(fmt::format("client {}: a frame can say 0 to {}", spec.client, max_client));
  }
  return {.max_rows = static_cast<std::uint32_t>(rows),
          .channels = static_cast<std::uint32_t>(config.hidden),
          .max_sequences = spec.batch,
          .client = static_cast<std::uint16_t>(spec.client)};
}

// A length-prefixed part, so that a codec that reads too little or too much is found out.
template <typename Saved>
void save_part(ByteWriter& out, const Saved& saved) {
  ByteVector bytes;
  ByteWriter writer(bytes);
  saved.save(writer);
  out.put_array(std::span<const std::uint8_t>(bytes));
}

template <typename Restored>
void restore_part(ByteReader& in, Restored& restored, const char* what) {
  const auto size = in.get<std::uint64_t>();
  ByteReader part(in.take(size), what, ErrorKind::usage);
  restored.restore(part);
  part.expect_end();
}

}  // namespace

HalfCore::HalfCore(Half half, const TrainSpec& spec, const model::LlamaConfig& config,
                   const model::Checkpoint* checkpoint, Observer& observer)
    : half_(half),
      spec_(spec),
      observer_(observer),
      llama_(config, checkpoint, part_of(half, spec, config), spec.compute, model::Training::adapters,
             spec.lora, spec.seed),
      optimizer_(llama_.parameters(), spec.optimizer),
      activation_(codecs::make_codec(spec.codecs.activation)),
      gradient_(codecs::make_codec(spec.codecs.gradient)),
      inner_(*activation_, context_of(spec, config, Crossing::act_up), half, llama_.part(), observer),
      limits_(limits_of(spec, config)) {
  for (const Crossing crossing : crossings_of(spec.split)) {
    const codecs::Codec& codec = is_activation(crossing) ? *activation_ : *gradient_;
    const codecs::CodecContext context = context_of(spec, config, crossing);
    if (sender_of(crossing) == half) {
      senders_[index_of(crossing)] = std::make_unique<SendEndpoint>(codec, context, spec.compute, observer);
    } else {
      receivers_[index_of(crossing)] = std::make_unique<ReceiveEndpoint>(codec, context, spec.compute);
    }
  }
}

at::Tensor HalfCore::run_blocks(at::Tensor x, std::size_t begin, std::size_t end, const MicroBatch& batch) {
  if (inner_.empty() || batch.plain) {
    return llama_.run_blocks(std::move(x), begin, end, batch.layout);
  }
  const model::BlockHook hook = inner_.hook(begin, batch);
  return llama_.run_blocks(std::move(x), begin, end, batch.layout, &hook);
}

ByteVector HalfCore::send(Crossing crossing, const at::Tensor& x, const MicroBatch& batch,
                          const wire::BatchDescriptor& descriptor) {
  if (!is_activation(crossing)) {
    share_widths_for(crossing);
  }
  ByteVector frame = sender(crossing).send(x, batch, descriptor, frames_sent_);
  ++frames_sent_;
  return frame;
}

ByteVector HalfCore::send_result(const MicroBatch& batch, const wire::BatchDescriptor& descriptor) {
  const wire::FrameInfo info = {.type = wire::FrameType::result,
                                .crossing = Crossing::grad_down,
                                .phase = batch.phase,
                                .last_micro_batch = batch.last,
                                .client = limits_.client,
                                .step = batch.step,
                                .micro_batch = batch.index,
                                .sequence = frames_sent_};
  wire::FrameSizes sizes;
  ByteVector frame = wire::encode_frame(info, descriptor, {}, {}, &sizes);
  observer_.on_sent(row_of(info, sizes), MatrixView{});
  ++frames_sent_;
  return frame;
}

void HalfCore::check_sequence(const wire::Frame& frame) const {
  if (frame.info.sequence != frames_received_) {
    peer_error(
        fmt::format("frame {} ({}, step {}, micro-batch {}): frame {} was expected; resume both halves "
                    "from the same checkpoint",
                    frame.info.sequence, name_of(frame.info.crossing), frame.info.step,
                    frame.info.micro_batch, frames_received_));
  }
}

void HalfCore::share_widths_for(Crossing gradient) {
  if (!gradient_->shares_widths()) {
    return;
  }
  // The activation's widths are known at both ends of the cut: one end chose them, the other read them.
  const std::size_t activation = index_of(activation_of(gradient));
  const auto widths =
      senders_[activation] ? senders_[activation]->widths() : receivers_[activation]->widths();
  const std::size_t at = index_of(gradient);
  senders_[at] ? senders_[at]->use_widths(widths) : receivers_[at]->use_widths(widths);
}

at::Tensor HalfCore::receive_gradient(Crossing crossing, const wire::Frame& frame, const MicroBatch& batch,
                                      std::int64_t parse_ns) {
  const Stopwatch watch;
  share_widths_for(crossing);
  at::Tensor gradient = receiver(crossing).receive(frame, batch);
  std::int64_t decode_ns = parse_ns + watch.elapsed_ns();
  SendEndpoint& activation = sender(activation_of(crossing));
  if (activation.learns()) {
    decode_ns += activation.learn(gradient, batch);
  }
  ++frames_received_;
  observer_.on_received(crossing, batch.phase, decode_ns, view_of(gradient));
  return gradient;
}

at::Tensor HalfCore::receive_activation(Crossing crossing, const wire::Frame& frame, const MicroBatch& batch,
                                        std::int64_t parse_ns) {
  const Stopwatch watch;
  at::Tensor x_hat = receiver(crossing).receive(frame, batch);
  ++frames_received_;
  observer_.on_received(crossing, batch.phase, parse_ns + watch.elapsed_ns(), view_of(x_hat));
  return x_hat;
}

void HalfCore::report_work(Work work, const MicroBatch& batch, std::int64_t duration_ns) {
  assert(half_of(work) == half_);
  observer_.on_work({work, batch.phase, batch.step, batch.index, duration_ns});
}

void HalfCore::begin_step() {
  assert(!in_step_);
  optimizer_.drop_gradients();
  begin_.clear();
  ByteWriter writer(begin_);
  save_exchange(writer);
  begin_frames_received_ = frames_received_;
  in_step_ = true;
}

double HalfCore::finish_step(double learning_rate) {
  assert(in_step_);
  const double norm = optimizer_.step(learning_rate);
  inner_.end_step(steps_done_);
  ++steps_done_;
  in_step_ = false;
  return norm;
}

void HalfCore::roll_back() {
  if (!in_step_) {
    return;
  }
  optimizer_.drop_gradients();
  ByteReader reader(begin_, "state at the begin of the step", ErrorKind::run);
  restore_exchange(reader);
  in_step_ = false;
}

void HalfCore::save_exchange(ByteWriter& out) const {
  out.put<std::uint64_t>(frames_sent_);
  out.put<std::uint64_t>(frames_received_);
  for (const Crossing crossing : all_crossings) {
    const std::size_t i = index_of(crossing);
    if (senders_[i]) {
      save_part(out, *senders_[i]);
    }
    if (receivers_[i]) {
      save_part(out, *receivers_[i]);
    }
  }
  save_part(out, inner_);
}

void HalfCore::restore_exchange(ByteReader& in) {
  frames_sent_ = in.get<std::uint64_t>();
  frames_received_ = in.get<std::uint64_t>();
  for (const Crossing crossing : all_crossings) {
    const std::size_t i = index_of(crossing);
    if (senders_[i]) {
      restore_part(in, *senders_[i], "encoder state");
    }
    if (receivers_[i]) {
      restore_part(in, *receivers_[i], "decoder state");
    }
  }
  restore_part(in, inner_, "state of the quantisers inside a half");
}

void HalfCore::save(ByteWriter& out) const {
  out.put<std::uint32_t>(state_version);
  out.put<std::uint8_t>(static_cast<std::uint8_t>(half_));
  out.put_string(activation_->spec());
  out.put_string(gradient_->spec());
  out.put<std::uint32_t>(steps_done_);
  optimizer_.save(out);
  if (in_step_) {
    out.put_raw(begin_.data(), begin_.size());
  } else {
    save_exchange(out);
  }
}

void HalfCore::restore(ByteReader& in) {
  if (in.get<std::uint32_t>() != state_version) {
    in.fail("was written by another version of cutlink; start the run again");
  }
  if (in.get<std::uint8_t>() != static_cast<std::uint8_t>(half_)) {
    in.fail("is the state of the other half");
  }
  const std::string activation = in.get_string();
  const std::string gradient = in.get_string();
  if (activation != activation_->spec() || gradient != gradient_->spec()) {
    in.fail(fmt::format("was written with the codecs {} / {}, this run has {} / {}", activation, gradient,
                        activation_->spec(), gradient_->spec()));
  }
  steps_done_ = in.get<std::uint32_t>();
  in_step_ = false;
  optimizer_.drop_gradients();
  optimizer_.restore(in);
  restore_exchange(in);
}

}  // namespace cutlink::train
