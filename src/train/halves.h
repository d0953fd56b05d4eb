// The two halves of a split model. The client half drives a batch; the server half is a handler: one message
// in, at most one message out. Neither knows in which world (simulated, emulated, live) it runs.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/byte_io.h"
#include "model/llama/llama_config.h"
#include "model/weights/safetensors.h"
#include "train/data/data.h"
#include "train/observer.h"
#include "train/spec.h"

namespace cutlink::model {
struct NamedParameter;
}

namespace cutlink::train {

// The client's way to its server.
class Channel {
 public:
  virtual ~Channel() = default;
  // Sends a frame and waits for the answer; none where the protocol has none (grad_up without grad_down).
  virtual std::optional<ByteVector> exchange(const ByteVector& frame) = 0;
};

// A loss over label tokens, in nats.
struct LossResult {
  double loss_sum = 0.0;
  std::uint64_t label_tokens = 0;
  [[nodiscard]] double mean() const { return loss_sum / static_cast<double>(label_tokens); }
};

struct StepResult {
  LossResult loss;
  double learning_rate = 0.0;
  double gradient_norm = 0.0;  // of this half, before clipping
};

class ClientHalf {
 public:
  // checkpoint and observer must outlive the half.
  ClientHalf(const TrainSpec& spec, const model::LlamaConfig& config, const model::Checkpoint* checkpoint,
             Observer& observer);
  ~ClientHalf();

  // One optimizer step on the micro-batches of `step`. Throws Error(run) if the loss is not finite;
  // the state is then as before the step.
  StepResult train_step(std::uint32_t step, std::span<const Batch> micro_batches, Channel& channel);
  // Loss without learning, after `step` steps. with_codecs=false: frames carry the raw matrix.
  LossResult evaluate(std::uint32_t step, std::span<const Batch> batches, bool with_codecs, Channel& channel);

  [[nodiscard]] std::vector<model::NamedParameter>& adapters();
  void save(ByteWriter& out) const;  // adapters, optimizer, codec states, sequence numbers
  void restore(ByteReader& in);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class ServerHalf {
 public:
  ServerHalf(const TrainSpec& spec, const model::LlamaConfig& config, const model::Checkpoint* checkpoint,
             Observer& observer);
  ~ServerHalf();

  // Throws Error(peer) on a frame that does not belong here; the state is then as before the frame.
  std::optional<ByteVector> handle(ByteSpan frame);
  [[nodiscard]] double gradient_norm() const;  // of the last step, before clipping
  [[nodiscard]] std::uint32_t steps_done() const;

  [[nodiscard]] std::vector<model::NamedParameter>& adapters();
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Both in one process: the yardstick for exactness and cost. Same model code, no cut, no codec, clipping
// and optimizer per half as the split has them.
class UnsplitModel {
 public:
  UnsplitModel(const TrainSpec& spec, const model::LlamaConfig& config, const model::Checkpoint* checkpoint);
  ~UnsplitModel();
  StepResult train_step(std::uint32_t step, std::span<const Batch> micro_batches);
  LossResult evaluate(std::span<const Batch> batches);
  [[nodiscard]] std::vector<model::NamedParameter>& adapters();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::train
