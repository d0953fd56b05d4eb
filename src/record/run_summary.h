// What a run directory says in a few numbers, read from its files alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "base/records.h"
#include "record/evaluation.h"

namespace cutlink::record {

// A run directory in memory.
struct RunRecord {
  std::filesystem::path directory;
  nlohmann::ordered_json info;  // run.json
  std::vector<StepRow> steps;
  std::vector<MessageRow> messages;  // of training and evaluation
  std::vector<WidthRow> widths;      // changes, in order
  std::vector<Evaluation> evaluations;
};

// Throws Error(usage) with file and line where something is missing or broken.
[[nodiscard]] RunRecord load_run(const std::filesystem::path& directory, const nlohmann::ordered_json& info);

// The same of a run that finished: its files must be as long as its run.json says, and agree on its bytes.
[[nodiscard]] RunRecord load_finished_run(const std::filesystem::path& directory,
                                          const nlohmann::ordered_json& info);

// Whether its transfers were measured on real sockets (emulated, live) and not simulated.
[[nodiscard]] bool has_real_link(const RunRecord& run);

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
[[nodiscard]] TrafficSummary summarise_traffic(const RunRecord& run, std::uint32_t first_step);

// First step of the hold of all these runs together, so that they are compared over the same batches; none
// where some descent outlasts its run.
[[nodiscard]] std::optional<std::uint32_t> common_hold(const std::vector<const RunRecord*>& runs);

// summary of run.json: traffic and times of hold and of the whole run, losses.
[[nodiscard]] nlohmann::ordered_json summary_json(const RunRecord& run);

}  // namespace cutlink::record
