// A run directory in memory, read from its files alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/records.h"
#include "record/run_info.h"

namespace cutlink::record {

struct RunRecord {
  std::filesystem::path directory;
  RunInfo info;  // run.json
  std::vector<StepRow> steps;
  std::vector<MessageRow> messages;  // of training and evaluation
  std::vector<WidthRow> widths;      // changes, in order
};

// Throws Error(usage) with file and line if something is missing or broken.
[[nodiscard]] RunRecord load_run(const std::filesystem::path& directory, const RunInfo& info);

// The same of a run that finished: its files must be as long as its run.json says, and agree on its bytes.
[[nodiscard]] RunRecord load_finished_run(const std::filesystem::path& directory, const RunInfo& info);

// Whether its transfers were measured on real sockets (emulated, shaped, live) and not simulated.
[[nodiscard]] bool has_real_link(const RunRecord& run);

[[nodiscard]] TrafficSummary summarise_traffic(const RunRecord& run, std::uint32_t first_step);

// First step of the hold of all these runs together, so that they are compared over the same batches; none if
// some descent outlasts its run.
[[nodiscard]] std::optional<std::uint32_t> common_hold(const std::vector<const RunRecord*>& runs);

}  // namespace cutlink::record
