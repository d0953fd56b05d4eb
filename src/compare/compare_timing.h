// Times of a comparison's rows with the same compute in all of them: the reference's median for every kind of
// work. So that only codec and link differ: two runs of one model differ by more CPU noise than many links
// cost.
#pragma once

#include <cstdint>
#include <vector>

#include "netsim/spec/link_spec.h"
#include "netsim/timeline/timeline.h"
#include "record/run_record.h"
#include "run/batch_chain.h"

namespace cutlink::compare {

// Median of each kind of work in one step (all micro-batches).
[[nodiscard]] run::WorkTimes median_work(const std::vector<const record::RunRecord*>& reference_runs);

// The chains of a run's training steps: work from the medians; coding as the run's own median of that
// crossing, before first_step and from there on, as the widths differ; messages as they were.
[[nodiscard]] std::vector<std::vector<netsim::TimelineEvent>> step_chains(const record::RunRecord& run,
                                                                          const run::WorkTimes& work,
                                                                          std::uint32_t first_step);

struct RunTiming {
  double client_ns = 0.0, server_ns = 0.0, codec_ns = 0.0, link_ns = 0.0, total_ns = 0.0;  // means
  double whole_total_ns = 0.0;              // mean over all steps
  std::vector<std::int64_t> step_ends_ns;   // the clock after every step
  std::vector<netsim::TimelineEvent> last;  // chain of the last step
};
// Plays the chains over a fresh link, or with the transfers that a run over real sockets measured; means are
// over the steps from first_step on.
[[nodiscard]] RunTiming time_run(const record::RunRecord& run, const run::WorkTimes& work,
                                 const netsim::LinkSpec& link, std::uint32_t first_step);

// Virtual time at which the evaluation loss (codecs in the loop) first falls to `target`, straight lines
// between evaluations; negative: never.
[[nodiscard]] double time_to_loss(const record::RunRecord& run, const RunTiming& timing, double target);

}  // namespace cutlink::compare
