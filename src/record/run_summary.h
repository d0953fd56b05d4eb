// A run in a few numbers: traffic and times of a batch, losses. Added up while the rows are written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "base/records.h"
#include "record/evaluation.h"
#include "record/run_sink.h"

namespace cutlink::record {

// Means over the steps from a first one on.
struct TrafficSummary {
  std::size_t steps = 0;
  double up_bytes = 0.0;  // a batch (one optimizer step), counted
  double down_bytes = 0.0;
  double modelled_bytes = 0.0;
  double bits_per_element = 0.0;  // all counted bytes × 8 ÷ elements
  double metadata_share = 0.0;    // of the counted bytes: metadata without outlier rows
  double outlier_share = 0.0;
  double mean_width = 0.0;       // of the activations' widths alone
  double width_deviation = 0.0;  // standard deviation over channels at the run's end, mean over crossings
};
struct TimeSummary {
  double client_ns = 0.0, server_ns = 0.0, codec_ns = 0.0, link_ns = 0.0, total_ns = 0.0;
};
struct PartSummary {
  TrafficSummary traffic;
  TimeSummary times;
};

// What run.json says under "summary". The optional ones are there if there was a step, or an evaluation.
struct RunSummary {
  std::size_t steps = 0;
  std::optional<double> final_train_loss;
  std::optional<std::int64_t> virtual_time_ns;
  std::optional<bool> hold_reached;
  std::optional<PartSummary> hold;  // the same as `whole` if the hold was not reached
  std::optional<PartSummary> whole;
  std::optional<double> first_eval_loss;
  std::optional<double> final_eval_loss;
  std::optional<double> final_eval_loss_plain;
};

// Adds up the rows of a run, in the order in which its files have them, from a step on.
class PartSum {
 public:
  explicit PartSum(std::uint32_t first_step) : first_step_(first_step) {}

  void add(const StepRow& row);
  void add(const MessageRow& row);
  // Without the deviation of the widths, which is that of the run's end.
  [[nodiscard]] PartSummary means() const;

 private:
  std::uint32_t first_step_;
  TrafficSummary traffic_;  // sums
  TimeSummary times_;       // sums
  double elements_ = 0.0;
  double bytes_ = 0.0;
  double metadata_ = 0.0;
  double outliers_ = 0.0;
  double width_ = 0.0;
  double activations_ = 0.0;
};

// The widths in force after the changes so far, and how much they differ over the channels: the mean over the
// activation crossings that have widths.
class LastWidths {
 public:
  void add(const WidthRow& change);
  [[nodiscard]] double deviation() const;

 private:
  std::map<Crossing, std::map<std::uint32_t, double>> last_;
};

// Hands a run's rows on to its files and adds them up on the way, so that nobody has to read what was just
// written.
class SummarySink : public RunSink {
 public:
  // files: must outlive this. hold_begins: first step of the run's hold.
  SummarySink(RunSink& files, std::uint32_t hold_begins) : files_(files), hold_begins_(hold_begins) {}

  // Adds up what the files of `directory` hold already, for a run that goes on there; once they are cut back
  // to its checkpoint. Numbers in the files read back as exactly what they were, so that the summary is that
  // of a run without an interruption, to the last bit. Throws Error(usage) as read_rows().
  void take_up(const std::filesystem::path& directory);

  void step(const StepRow& row) override;
  void message(const MessageRow& row) override;
  void width(const WidthRow& row) override;
  void event(const Event& event) override { files_.event(event); }

  [[nodiscard]] RunSummary summary(const std::vector<Evaluation>& evaluations) const;

 private:
  void add(const StepRow& row);
  void add(const MessageRow& row);

  RunSink& files_;
  std::uint32_t hold_begins_;
  PartSum hold_{hold_begins_};
  PartSum whole_{0};
  LastWidths widths_;
  std::size_t steps_ = 0;
  StepRow last_step_;  // of steps_ > 0
};

}  // namespace cutlink::record
