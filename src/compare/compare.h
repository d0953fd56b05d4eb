// A comparison: rows × seeds, each a run directory; its table comes from these directories alone.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compare/compare_timing.h"
#include "run/runner.h"

namespace cutlink::compare {

struct CompareRequest {
  scenario::Scenario scenario;
  std::vector<std::uint64_t> seeds;
  std::filesystem::path directory;
  std::string command;
  bool replace = false;
  std::optional<session::LiveOptions> live;  // as of RunRequest; the same server for all runs
};

struct CompareOutcome {
  bool interrupted = false;
  std::vector<std::string> failed;  // "row, seed: why"
  bool reference_failed = false;    // with every seed
};

// Whether there is nothing left to run. Throws as is_finished().
[[nodiscard]] bool is_finished(const CompareRequest& request, const run::Assets& assets);

// Runs what is missing, in the order seed by seed, reference first; skips what is finished and goes on with
// what was interrupted. A row that fails does not stop the others. Throws as run_one().
[[nodiscard]] CompareOutcome run_comparison(const CompareRequest& request, const run::Assets& assets,
                                            run::Reporter& reporter);

// The directory of one cell: ROW-sSEED, the row's name made fit for a file name.
[[nodiscard]] std::string cell_name(const std::string& row, std::uint64_t seed);

// One row of the table. Means over its seeds; bytes and times of one batch (an optimizer step) in the hold,
// or in the whole run where the hold was not reached.
struct RowFigures {
  std::string name;
  train::CodecSet codecs;
  bool reference = false;
  std::vector<std::uint64_t> seeds;       // finished
  std::vector<std::uint64_t> unfinished;  // failed, interrupted or running
  std::string failure;                    // of the first that failed
  record::TrafficSummary traffic;
  double byte_ratio = 0.0;  // the reference's bytes ÷ this row's
  RunTiming timing;         // last: of the first seed
  double speedup = 0.0;     // the reference's time ÷ this row's
  double whole_bytes = 0.0;
  double first_loss = 0.0;
  double eval_loss = 0.0;    // after the last step, codecs in the loop
  double loss_spread = 0.0;  // sample standard deviation over seeds; 0 with one
  std::optional<double> eval_loss_plain;
  double time_to_loss_ns = -1.0;  // mean over seeds; negative: some seed never reached it
};

struct Comparison {
  scenario::Scenario scenario;  // as the reference run records it
  WorldKind world = WorldKind::simulated;
  std::string peer;  // of real sockets: described
  std::string link;  // described
  double up_bps = 0.0, down_bps = 0.0, delay_ns = 0.0;
  std::string compute;
  std::size_t blocks = 0;                      // of the model
  std::optional<record::DataInfo> train_data;  // none: nothing to train on
  bool measured = true;
  double target_loss = 0.0;
  bool hold_reached = true;       // false: some row's descent of widths outlasts the run
  std::uint32_t hold_begins = 0;  // of all rows together; 0 where it was not reached
  std::uint32_t held_steps = 0;   // from there to the end
  std::vector<std::uint64_t> seeds;
  std::vector<RowFigures> rows;  // in the scenario's order, the reference among them
  record::JsonObject context;    // provenance, for exports
  netsim::LinkSpec link_spec;

  [[nodiscard]] const RowFigures& reference() const;
};

// Reads every run directory under `directory`; with `only`, those of its rows and seeds, in its order: others
// that earlier comparisons left there are not looked at. Throws Error(usage) where there is none, no finished
// run of a reference, runs of different scenarios, or something damaged.
[[nodiscard]] Comparison load_comparison(const std::filesystem::path& directory,
                                         const CompareRequest* only = nullptr);

// What a person can act on, in one sentence (two with a single seed).
[[nodiscard]] std::string verdict(const Comparison& comparison);

}  // namespace cutlink::compare
