// A tiny model, synthetic batches and a channel that calls the server half directly.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/rng.h"
#include "model/llama/lora.h"
#include "train/halves.h"

namespace cutlink::train {

// 4 blocks, H 32.
[[nodiscard]] inline model::LlamaConfig tiny_config() {
  model::LlamaConfig config;
  config.vocabulary = 64;
  config.hidden = 32;
  config.blocks = 4;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 8;
  config.intermediate = 48;
  config.max_positions = 64;
  return config;
}

// Accumulation 1, 2 sequences of at most 12 tokens, LoRA rank 4, a clip that bites, every kind of schedule.
[[nodiscard]] inline TrainSpec tiny_spec(SplitSpec::Shape shape, const std::string& activation,
                                         const std::string& gradient) {
  TrainSpec spec;
  spec.seed = 7;
  spec.steps = 50;
  spec.batch = 2;
  spec.max_length = 12;
  spec.split = {shape, 1, shape == SplitSpec::Shape::u ? std::size_t{1} : std::size_t{0}};
  spec.codecs = {activation, gradient};
  spec.optimizer.learning_rate = 1e-2;
  spec.optimizer.warmup_steps = 3;
  spec.optimizer.weight_decay = 0.01;
  spec.optimizer.clip_norm = 0.05;
  spec.lora.r = 4;
  spec.lora.alpha = 8.0;
  return spec;
}

// Deterministic in (step, micro-batch); sequences of unequal length, the first labels of each masked. A token
// is followed by itself plus three, so there is something to learn.
[[nodiscard]] inline Batch tiny_batch(std::uint32_t step, std::uint32_t micro_batch) {
  Rng rng({.seed = 11, .step = step, .micro_batch = micro_batch, .purpose = RngPurpose::data_order});
  Batch batch;
  for (std::uint32_t sequence = 0; sequence < 2; ++sequence) {
    const auto length = static_cast<std::uint32_t>(6 + rng.below(7));
    auto token = static_cast<std::int32_t>(rng.below(64));
    for (std::uint32_t i = 0; i < length; ++i) {
      const std::int32_t next = (token + 3) % 64;
      batch.ids.push_back(token);
      batch.labels.push_back(i < 2 ? -100 : next);
      token = next;
    }
    batch.lengths.push_back(length);
    batch.examples.push_back(2 * (step % 3) + sequence);  // three steps are an epoch
    batch.label_tokens += length - 2;
  }
  return batch;
}

[[nodiscard]] inline std::vector<Batch> tiny_batches(std::uint32_t step, std::uint32_t accumulation) {
  std::vector<Batch> batches;
  for (std::uint32_t i = 0; i < accumulation; ++i) {
    batches.push_back(tiny_batch(step, i));
  }
  return batches;
}

// Keeps all that it is told.
struct RecordingObserver : Observer {
  struct Received {
    Crossing crossing;
    Phase phase;
    std::size_t rows;
  };
  void on_work(const Interval& interval) override { work.push_back(interval); }
  void on_sent(const MessageRow& row, MatrixView x) override {
    sent.push_back(row);
    sent_data.push_back(x.data);
  }
  void on_received(Crossing crossing, Phase phase, std::int64_t decode_ns, MatrixView x_hat) override {
    received.push_back({crossing, phase, x_hat.rows});
    decode_total_ns += decode_ns;
  }
  void on_widths(std::uint32_t step, Crossing crossing, std::span<const std::uint8_t> widths) override {
    width_reports.push_back({step, crossing, static_cast<std::uint32_t>(widths.size()), widths[0]});
  }
  void on_event(const Event& event) override { events.push_back(event); }

  std::vector<Interval> work;
  std::vector<MessageRow> sent;
  std::vector<const void*> sent_data;
  std::vector<Received> received;
  std::vector<WidthRow> width_reports;  // channel: their number; width: of the first
  std::vector<Event> events;
  std::int64_t decode_total_ns = 0;
};

// Both halves in one process.
struct DirectChannel : Channel {
  explicit DirectChannel(ServerHalf& half) : server(half) {}
  std::optional<ByteVector> exchange(const ByteVector& frame) override {
    frames.push_back(frame);
    return server.handle(frame);
  }
  ServerHalf& server;
  std::vector<ByteVector> frames;  // all that the client sent
};

struct SplitRun {
  explicit SplitRun(const TrainSpec& train_spec)
      : spec(train_spec),
        client(spec, tiny_config(), nullptr, observer),
        server(spec, tiny_config(), nullptr, observer),
        channel(server) {}
  StepResult train_step(std::uint32_t step) {
    return client.train_step(step, tiny_batches(step, spec.accumulation), channel);
  }
  TrainSpec spec;
  RecordingObserver observer;
  ClientHalf client;
  ServerHalf server;
  DirectChannel channel;
};

template <typename HalfType>
[[nodiscard]] ByteVector saved(const HalfType& half) {
  ByteVector bytes;
  ByteWriter writer(bytes);
  half.save(writer);
  return bytes;
}
template <typename HalfType>
void restore(HalfType& half, const ByteVector& bytes) {
  ByteReader reader(bytes, "state", ErrorKind::usage);
  half.restore(reader);
  reader.expect_end();
}

// Weights by name, to be compared bit for bit.
using Weights = std::map<std::string, std::vector<float>>;
inline void add_weights(Weights& weights, const std::vector<model::NamedParameter>& parameters) {
  for (const model::NamedParameter& parameter : parameters) {
    const auto* const data = parameter.value.const_data_ptr<float>();
    weights[parameter.name] = {data, data + parameter.value.numel()};
  }
}
[[nodiscard]] inline Weights weights_of(SplitRun& run) {
  Weights weights;
  add_weights(weights, run.client.adapters());
  add_weights(weights, run.server.adapters());
  return weights;
}
[[nodiscard]] inline Weights weights_of(UnsplitModel& model) {
  Weights weights;
  add_weights(weights, model.adapters());
  return weights;
}

}  // namespace cutlink::train
