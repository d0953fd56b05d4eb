#include "record/run_record.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "record/csv_rows.h"
#include "record/messages_csv.h"
#include "record/steps_csv.h"
#include "record/widths_csv.h"

namespace cutlink::record {

RunRecord load_run(const std::filesystem::path& directory, const RunInfo& info) {
  RunRecord run;
  run.directory = directory;
  run.info = info;
  run.steps = all_rows<StepRow>(directory / "steps.csv");
  run.messages = all_rows<MessageRow>(directory / "messages.csv");
  run.widths = all_rows<WidthRow>(directory / "widths.csv");
  return run;
}

RunRecord load_finished_run(const std::filesystem::path& directory, const RunInfo& info) {
  RunRecord run = load_run(directory, info);
  std::uint64_t in_steps = 0;
  for (const StepRow& step : run.steps) {
    in_steps += step.up_bytes + step.down_bytes;
  }
  std::uint64_t in_messages = 0;
  for (const MessageRow& message : run.messages) {
    in_messages += message.phase == Phase::train ? message.frame_bytes() : 0;
  }
  const std::uint64_t steps = info.steps_done.value_or(0);
  if (run.steps.size() != steps || in_steps != in_messages) {
    usage_error(
        fmt::format("{}: its files are damaged: {} of {} steps in steps.csv with {} B, {} B in messages.csv "
                    "(run it again with --force)",
                    directory.string(), run.steps.size(), steps, in_steps, in_messages));
  }
  return run;
}

bool has_real_link(const RunRecord& run) { return has_sockets(world_of(run.info)); }

TrafficSummary summarise_traffic(const RunRecord& run, std::uint32_t first_step) {
  PartSum sum(first_step);
  for (const StepRow& row : run.steps) {
    sum.add(row);
  }
  for (const MessageRow& row : run.messages) {
    sum.add(row);
  }
  LastWidths widths;
  for (const WidthRow& change : run.widths) {
    widths.add(change);
  }
  TrafficSummary traffic = sum.means().traffic;
  traffic.width_deviation = widths.deviation();
  return traffic;
}

std::optional<std::uint32_t> common_hold(const std::vector<const RunRecord*>& runs) {
  std::uint32_t begins = 0;
  for (const RunRecord* run : runs) {
    begins = std::max(begins, run->info.hold_begins);
  }
  const bool reached = std::all_of(runs.begin(), runs.end(), [&](const RunRecord* run) {
    return !run->steps.empty() && run->steps.back().step >= begins;
  });
  return reached ? std::optional(begins) : std::nullopt;
}

}  // namespace cutlink::record
