// A comparison: rows × seeds, each a run directory; its table comes from these directories alone.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compare/compare_timing.h"
#include "compare/loss_difference.h"
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

// One finished run of a row.
struct SeedFigures {
  double bytes = 0.0;     // a batch, both ways
  double total_ns = 0.0;  // a batch
  double eval_loss = 0.0;
};

// One row of the table. Means over its seeds; bytes and times of one batch (an optimizer step) in the hold,
// or in the whole run where the hold was not reached.
struct RowFigures {
  std::string name;
  train::CodecSet codecs;
  bool reference = false;
  std::vector<std::uint64_t> seeds;       // finished
  std::vector<SeedFigures> of_seeds;      // of these, in their order
  std::vector<std::uint64_t> unfinished;  // failed, interrupted or running
  std::string failure;                    // of the first that failed
  record::TrafficSummary traffic;
  double byte_ratio = 0.0;     // the reference's bytes ÷ this row's
  double byte_ratio_sd = 0.0;  // sample standard deviation over the seeds that the reference finished, too
  RunTiming timing;            // last: of the first seed
  double speedup = 0.0;        // the reference's time ÷ this row's
  double speedup_sd = 0.0;     // as of the bytes
  double whole_bytes = 0.0;
  double first_loss = 0.0;
  double eval_loss = 0.0;     // after the last step, codecs in the loop
  double loss_spread = 0.0;   // sample standard deviation over seeds; 0 with one
  LossDifference difference;  // to the reference, seed by seed; the reference's own: without pairs
  std::optional<double> eval_loss_plain;
  // Until the target: the median over those seeds that have one, the upper of two in the middle. A seed that never
  // reached it counts as infinite. Negative: infinite.
  double time_to_loss_ns = -1.0;
  std::size_t targeted = 0;  // seeds that have a target
  std::size_t reached = 0;   // those of them that reached it
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
  double target_loss = 0.0;       // the scenario's, or the mean of those that each seed's reference sets
  double margin = 0.0;            // nats: a loss within it is no worse
  bool hold_reached = true;       // false: some row's descent of widths outlasts the run
  std::uint32_t hold_begins = 0;  // of all rows together; 0 where it was not reached
  std::uint32_t held_steps = 0;   // from there to the end
  std::vector<std::uint64_t> seeds;
  std::vector<RowFigures> rows;          // in the scenario's order, the reference among them
  std::vector<std::string> not_counted;  // directories beside the comparison's own: "DIR: why"
  record::JsonObject context;            // provenance, for exports
  netsim::LinkSpec link_spec;

  [[nodiscard]] const RowFigures& reference() const;
};

// Reads every run directory under `directory`; with `only`, those of its rows and seeds, in its order: others
// that earlier comparisons left there are not looked at. Throws Error(usage) where there is none, no finished
// run of a reference, runs of different scenarios, or something damaged.
[[nodiscard]] Comparison load_comparison(const std::filesystem::path& directory,
                                         const CompareRequest* only = nullptr);

// What a person can act on. The rule: a row is recommended if it is faster a batch on this link than the reference and
// its loss is no worse by the margin (loss_difference.h), the fastest of them; if there is none, but a faster row whose
// loss is undecided, then so is the verdict; else the reference is kept. Only rows with all seeds finished count.
struct Verdict {
  enum class Kind : std::uint8_t { use, keep, undecided };
  Kind kind = Kind::keep;
  std::string row;  // to use, or to look at; of `keep` the reference
  // The reference wins above it. None: nowhere, everywhere, or not known.
  std::optional<double> break_even_bps;
  std::string text;  // one sentence or two
};
[[nodiscard]] Verdict verdict(const Comparison& comparison);
[[nodiscard]] const char* name_of(Verdict::Kind kind);

}  // namespace cutlink::compare
