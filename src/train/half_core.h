// What both halves have in common: their part of the model, the optimizer, the ends of the crossings, and the
// rule that a step is a transaction.
#pragma once

#include <array>
#include <memory>

#include "base/byte_io.h"
#include "codecs/codec.h"
#include "model/llama/llama.h"
#include "train/adamw.h"
#include "train/crossing_endpoint.h"
#include "train/inner_quantisers.h"
#include "train/observer.h"
#include "train/spec.h"
#include "train/stopwatch.h"

namespace cutlink::train {

class HalfCore {
 public:
  HalfCore(Half half, const TrainSpec& spec, const model::LlamaConfig& config,
           const model::Checkpoint* checkpoint, Observer& observer);

  [[nodiscard]] const TrainSpec& spec() const { return spec_; }
  [[nodiscard]] bool vanilla() const { return spec_.split.shape == SplitSpec::Shape::vanilla; }
  [[nodiscard]] model::Llama& llama() { return llama_; }
  [[nodiscard]] Observer& observer() { return observer_; }
  [[nodiscard]] const wire::FrameLimits& limits() const { return limits_; }
  [[nodiscard]] std::uint32_t steps_done() const { return steps_done_; }

  // Blocks [begin, end) on x, with the quantisers inside this half where the codec has them.
  [[nodiscard]] at::Tensor run_blocks(at::Tensor x, std::size_t begin, std::size_t end,
                                      const MicroBatch& batch);

  // The ends that this half holds; asking for one that it does not hold is our own bug.
  [[nodiscard]] SendEndpoint& sender(Crossing crossing) { return *senders_[index_of(crossing)]; }
  [[nodiscard]] ReceiveEndpoint& receiver(Crossing crossing) { return *receivers_[index_of(crossing)]; }

  [[nodiscard]] ByteVector send(Crossing crossing, const at::Tensor& x, const MicroBatch& batch,
                                const wire::BatchDescriptor& descriptor = {});
  // A frame without a tensor: a loss.
  [[nodiscard]] ByteVector send_result(const MicroBatch& batch, const wire::BatchDescriptor& descriptor);
  // Throws Error(peer) unless the frame is the peer's next.
  void check_sequence(const wire::Frame& frame) const;
  // Decodes a frame of a gradient crossing, hands it to the encoder of the activation at the same cut, and
  // reports it. parse_ns: what reading the frame took.
  [[nodiscard]] at::Tensor receive_gradient(Crossing crossing, const wire::Frame& frame,
                                            const MicroBatch& batch, std::int64_t parse_ns);
  [[nodiscard]] at::Tensor receive_activation(Crossing crossing, const wire::Frame& frame,
                                              const MicroBatch& batch, std::int64_t parse_ns);
  void count_received() { ++frames_received_; }
  // Before a gradient is encoded or decoded: the widths that this half knows of the same cut's activation.
  void share_widths_for(Crossing gradient);

  void report_work(Work work, const MicroBatch& batch, std::int64_t duration_ns);

  // A step: begin, then finish or roll back. Rolling back leaves all as at begin.
  void begin_step();
  // Clips, steps the optimizer and the quantisers inside. Returns the gradient's norm before clipping.
  double finish_step(double learning_rate);
  void roll_back();
  [[nodiscard]] bool in_step() const { return in_step_; }
  [[nodiscard]] std::uint64_t frames_received_at_begin() const { return begin_frames_received_; }

  // In the middle of a step: the state at its begin. restore() throws the reader's Error.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  static std::size_t index_of(Crossing crossing) { return static_cast<std::size_t>(crossing); }
  void save_exchange(ByteWriter& out) const;
  void restore_exchange(ByteReader& in);

  Half half_;
  TrainSpec spec_;
  Observer& observer_;
  model::Llama llama_;
  AdamW optimizer_;
  std::unique_ptr<codecs::Codec> activation_, gradient_;
  std::array<std::unique_ptr<SendEndpoint>, 4> senders_;
  std::array<std::unique_ptr<ReceiveEndpoint>, 4> receivers_;
  InnerQuantisers inner_;
  wire::FrameLimits limits_;
  std::uint32_t steps_done_ = 0;
  std::uint64_t frames_sent_ = 0, frames_received_ = 0;
  bool in_step_ = false;
  std::uint64_t begin_frames_received_ = 0;
  ByteVector begin_;  // codec states and counters at begin_step()
};

}  // namespace cutlink::train
