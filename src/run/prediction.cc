#include "run/prediction.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

#include "base/masked_label.h"
#include "codecs/registry.h"
#include "run/batch_chain.h"
#include "run/ledger.h"
#include "train/crossings.h"
#include "wire/frame/frame.h"
#include "worlds/simulated_world.h"

namespace cutlink::run {

namespace {

constexpr std::uint32_t max_steps = 200;  // batches looked at; their sizes differ little

// Keeps the last step's row and the coding times of its messages.
class Calibration : public record::RunSink {
 public:
  void step(const StepRow&) override {}
  void message(const MessageRow& row) override { messages_.push_back(row); }
  void width(const WidthRow&) override {}
  void event(const Event&) override {}
  std::vector<MessageRow> take() { return std::exchange(messages_, {}); }

 private:
  std::vector<MessageRow> messages_;
};

struct StepTimes {
  WorkTimes work_ns{};  // of a micro-batch
  CodingTimes coding;
};

// Two steps; the second one's times (the first pays for memory and lazily made kernels).
StepTimes calibrate(const scenario::Scenario& s, const Assets& assets) {
  Calibration sink;
  const auto link = netsim::make_link(assets.link, s.train.seed);
  const auto unused = netsim::make_link(assets.link, s.train.seed);
  LedgerOptions options;
  options.total_steps = s.train.steps;
  options.profile = assets.profile ? &*assets.profile : nullptr;
  Ledger ledger(sink, *link, *unused, options);
  train::ClientHalf client(s.train, assets.config, assets.checkpoint.get(), ledger);
  worlds::SimulatedWorld world(s.train, assets.config, assets.checkpoint.get(), ledger);
  StepTimes times;
  const std::uint32_t steps = assets.profile ? 1 : 2;  // a measured step is warm
  for (std::uint32_t step = 0; step < steps; ++step) {
    const std::vector<train::Batch> batches = train::training_batches(*assets.train_data, s.train, step);
    static_cast<void>(sink.take());
    ledger.begin(batches);
    const train::StepResult result = client.train_step(step, batches, world.channel());
    times.work_ns = ledger.finish_step(step, result, world.server_gradient_norm()).work_ns;
  }
  for (std::int64_t& ns : times.work_ns) {
    ns /= s.train.accumulation;
  }
  for (const MessageRow& m : sink.take()) {
    times.coding.encode_ns[static_cast<std::size_t>(m.crossing)] = m.encode_ns;
    times.coding.decode_ns[static_cast<std::size_t>(m.crossing)] = m.decode_ns;
  }
  return times;
}

bool is_vanilla(const scenario::Scenario& s) {
  return s.train.split.shape == train::SplitSpec::Shape::vanilla;
}

std::vector<std::uint32_t> unlabelled_rows(const train::Batch& batch) {
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < batch.labels.size(); ++i) {
    if (batch.labels[i] == masked_label) {
      rows.push_back(static_cast<std::uint32_t>(i));
    }
  }
  return rows;
}

struct FrameBytes {
  double bytes = 0.0;
  bool exact = true;
};

FrameBytes frame_bytes(const scenario::Scenario& s, const Assets& assets, const codecs::Codec& codec,
                       Crossing crossing, std::uint32_t step, const train::Batch& batch) {
  const codecs::CodecContext context = train::context_of(s.train, assets.config, crossing);
  // Nothing above the upper cut looks back: rows without a label have no gradient there.
  const bool labels_only = crossing == Crossing::grad_up && s.train.split.top == 0;
  const std::vector<std::uint32_t> zero = labels_only ? unlabelled_rows(batch) : std::vector<std::uint32_t>();
  const codecs::BodySize body =
      codec.body_size(codec.expected_facts({batch.rows(), zero}, step, context), context);
  wire::FrameInfo info;
  info.crossing = crossing;
  info.rows = static_cast<std::uint32_t>(batch.rows());
  info.channels = static_cast<std::uint32_t>(assets.config.hidden);
  wire::BatchDescriptor descriptor;
  const bool vanilla = is_vanilla(s);
  if (crossing == Crossing::act_up) {
    descriptor.sequence_lengths = batch.lengths;
    descriptor.sequence_ids = batch.examples;
    if (vanilla) {
      descriptor.labels = batch.labels;
    }
  }
  descriptor.has_loss = vanilla && crossing == Crossing::grad_down;
  wire::FrameSizes sizes;
  static_cast<void>(wire::encode_frame(info, descriptor, {}, {}, &sizes));
  const std::uint64_t bytes = body.metadata_bytes + body.outlier_bytes + body.payload_bytes + sizes.header +
                              sizes.descriptor + sizes.labels;
  return {static_cast<double>(bytes), body.exact};
}

PredictedRow predict_row(const scenario::Scenario& s, const Assets& assets, const scenario::CompareRow& row,
                         std::uint32_t first, const WorkTimes& work, const CodingTimes& coding) {
  PredictedRow predicted;
  predicted.name =
      row.name.empty() ? row.codecs.activation + " / " + row.codecs.gradient : row.name;  // of one run
  predicted.reference = row.reference;
  const auto activation = codecs::make_codec(row.codecs.activation);
  const auto gradient = codecs::make_codec(row.codecs.gradient);
  const std::uint32_t end = std::min(s.train.steps, first + max_steps);
  std::array<double, all_crossings.size()> bytes{};  // of a micro-batch
  double elements = 0.0;
  for (std::uint32_t step = first; step < end; ++step) {
    for (const train::Batch& batch : train::training_batches(*assets.train_data, s.train, step)) {
      for (const Crossing crossing : train::crossings_of(s.train.split)) {
        const FrameBytes frame =
            frame_bytes(s, assets, is_activation(crossing) ? *activation : *gradient, crossing, step, batch);
        bytes[static_cast<std::size_t>(crossing)] += frame.bytes;
        predicted.exact = predicted.exact && frame.exact;
        elements += static_cast<double>(batch.rows() * assets.config.hidden);
      }
    }
  }
  const double micro_batches = static_cast<double>(end - first) * s.train.accumulation;
  double all = 0.0;
  for (const Crossing crossing : all_crossings) {
    double& frame = bytes[static_cast<std::size_t>(crossing)];
    all += frame;
    frame /= micro_batches;
    (direction_of(crossing) == Direction::up ? predicted.up_bytes : predicted.down_bytes) +=
        frame * s.train.accumulation;
  }
  predicted.bits_per_element = all * 8.0 / elements;
  std::vector<netsim::TimelineEvent> chain;
  for (std::uint32_t m = 0; m < s.train.accumulation; ++m) {
    for (const Crossing crossing : train::crossings_of(s.train.split)) {
      const double size = bytes[static_cast<std::size_t>(crossing)];
      append_crossing(chain, crossing, is_vanilla(s), work, coding,
                      Bytes{static_cast<std::uint64_t>(size + 0.5)});
    }
  }
  const auto link = netsim::make_link(assets.link, s.train.seed);
  netsim::Replay replay(*link);
  for (int batch = 0; batch < 3; ++batch) {  // the third: windows have settled
    predicted.timing = replay.play(chain);
  }
  return predicted;
}

}  // namespace

Prediction predict(const scenario::Scenario& scenario, const Assets& assets) {
  at::set_num_threads(static_cast<int>(
      scenario.threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : scenario.threads));
  Prediction prediction;
  prediction.time_source =
      assets.profile ? assets.profile->describe() : "calibrated: one measured step on this machine";
  if (scenario.train.steps == 0) {
    return prediction;
  }
  const auto reference = std::find_if(scenario.rows.begin(), scenario.rows.end(),
                                      [](const scenario::CompareRow& r) { return r.reference; });
  scenario::Scenario s = scenario;
  s.train.codecs = reference->codecs;
  const StepTimes work = calibrate(s, assets);
  std::uint32_t first = 0;  // of the hold of all rows together
  for (const scenario::CompareRow& row : scenario.rows) {
    s.train.codecs = row.codecs;
    first = std::max(first, train::hold_begins(s.train, assets.config));
  }
  first = first < s.train.steps ? first : 0;
  for (const scenario::CompareRow& row : scenario.rows) {
    s.train.codecs = row.codecs;
    const CodingTimes coding = (row.reference ? work : calibrate(s, assets)).coding;
    prediction.rows.push_back(predict_row(s, assets, row, first, work.work_ns, coding));
  }
  return prediction;
}

}  // namespace cutlink::run
