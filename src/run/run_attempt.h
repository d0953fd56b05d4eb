// A run from its beginning, or from a checkpoint, to its end or to the moment when a person stops it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "record/run_directory.h"
#include "record/run_info.h"
#include "record/run_summary.h"
#include "run/ledger.h"
#include "run/runner.h"
#include "session/live_session.h"
#include "train/checkpoint_file.h"
#include "train/halves.h"
#include "worlds/world.h"

namespace cutlink::run {

// What a run brings to its next attempt.
struct RunBeginning {
  bool keeps_history = false;  // of connections, where it begins over what an earlier attempt left
  std::vector<Event> told;     // told to the reporter, and to be written once there are files
};

class RunAttempt {
 public:
  // All arguments must outlive the attempt. lock: of the request's directory. stored: to go on from; none:
  // from the beginning, over what an earlier attempt left, which is touched only when a server elsewhere has
  // agreed to the run. Throws as LiveSession does, RestoreNeeded too.
  RunAttempt(const RunRequest& request, record::RunLock& lock, const Assets& assets, Reporter& reporter,
             const std::optional<train::StoredCheckpoint>& stored, RunBeginning& beginning);

  // Throws RestoreNeeded, with everything up to the last checkpoint kept, and as run_one().
  RunStatus go();

 private:
  void open_files();
  void build(const record::FileOffsets* offsets);
  void restore_here(const train::StoredCheckpoint& stored, ByteReader& run_state);
  void note_peer();
  void save_checkpoint();
  [[nodiscard]] double loss_over(std::uint32_t steps_done, bool with_codecs);
  double evaluate_once(std::uint32_t steps_done, bool with_codecs);
  void evaluate(std::uint32_t steps_done, StepRow* row);
  void check_evaluation() const;
  bool one_step(std::uint32_t step);
  std::optional<Measured> measured_since(std::int64_t begin_ns);
  void save_adapters();
  void fail(const std::string& cause);
  void finish(record::Status status);

  const RunRequest& request_;
  record::RunLock& lock_;
  const Assets& assets_;
  Reporter& reporter_;
  const std::optional<train::StoredCheckpoint>& stored_;
  RunBeginning& beginning_;
  record::RunInfo info_;
  std::unique_ptr<netsim::Link> training_link_;
  std::unique_ptr<netsim::Link> evaluation_link_;
  std::unique_ptr<session::LiveSession> session_;  // until the world takes it
  std::unique_ptr<record::RunDirectory> files_;
  std::unique_ptr<record::SummarySink> rows_;  // into files_
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<train::ClientHalf> client_;
  std::unique_ptr<worlds::World> world_;
  std::vector<train::Batch> eval_batches_;
  std::uint32_t next_step_ = 0;
};

// Where a run keeps its checkpoints.
[[nodiscard]] std::filesystem::path checkpoint_folder(const RunRequest& request);

}  // namespace cutlink::run
