// The account of a run: what was sent and received, what the work took, and when it all happened in virtual
// time.
//
// Two clocks: training plays over one link, evaluation over another of the same kind. So how often one
// evaluates changes no step's time, and evaluation messages still have times of their own.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_io.h"
#include "netsim/timeline/timeline.h"
#include "record/run_sink.h"
#include "run/compute_model.h"
#include "train/failure_signs.h"
#include "train/halves.h"
#include "train/observer.h"
#include "worlds/world.h"

namespace cutlink::run {

struct LedgerOptions {
  std::uint32_t distortion_every = 0;  // steps; 0: never
  std::uint32_t total_steps = 0;
  std::uint32_t hold_begins = 0;          // first step of the hold
  const ComputeModel* profile = nullptr;  // null: as measured. Must outlive the ledger
  std::string spike_advice = {};          // of the activations' codec (Codec::spike_advice)
};

// What a real link took, where there is one (run/world.h).
struct Measured {
  std::vector<worlds::Transfer> transfers;  // one a message, in order
  std::int64_t total_ns = 0;                // of the whole step or evaluation, on the client's steady clock
  std::optional<SocketBytes> socket;
};

class Ledger : public train::Observer {
 public:
  // sink and both links must outlive the ledger.
  Ledger(record::RunSink& sink, netsim::Link& training, netsim::Link& evaluation,
         const LedgerOptions& options);

  // What the next frames belong to; a profile needs the sequences. batches: of the step or the evaluation.
  void begin(std::span<const train::Batch> batches);

  // Plays the step over the link and writes its messages; the row lacks evaluation losses. measured: of a
  // real link, whose times then count, beside the model's as a prediction; null: simulated.
  [[nodiscard]] StepRow finish_step(std::uint32_t step, const train::StepResult& result, double server_norm,
                                    const Measured* measured = nullptr);
  // The same for an evaluation; its messages are rows of their own phase.
  void finish_evaluation(const Measured* measured = nullptr);
  // A step that failed leaves no rows.
  void discard();

  void on_work(const Interval& interval) override;
  void on_sent(const MessageRow& row, MatrixView x) override;
  void on_received(Crossing crossing, Phase phase, std::int64_t decode_ns, MatrixView x_hat) override;
  void on_widths(std::uint32_t step, Crossing crossing, std::span<const std::uint8_t> widths) override;
  void on_event(const Event& event) override;

  void save(ByteWriter& out) const;  // links, clocks, last widths, events told
  void restore(ByteReader& in);

 private:
  struct Lane {
    netsim::Link& link;
    netsim::Replay replay;
  };
  struct Sent {
    MessageRow row;
    MatrixView x;
  };
  netsim::BatchTiming play(Lane& lane);
  void use_measured(const Measured& measured, netsim::BatchTiming& timing);

  record::RunSink& sink_;
  Lane training_;
  Lane evaluation_;
  LedgerOptions options_;

  std::vector<std::vector<std::uint32_t>> lengths_;  // of the current batches
  std::vector<netsim::TimelineEvent> chain_;
  std::vector<Sent> sent_;         // in order
  std::vector<WidthRow> changed_;  // widths that changed in this step
  std::array<std::int64_t, work_kinds> work_ns_{};
  std::set<std::pair<Work, std::uint32_t>> priced_;  // by the profile, in this step
  std::array<std::vector<std::uint8_t>, all_crossings.size()> widths_;
  std::int64_t measured_clock_ns_ = 0;  // Σ of the steps' measured times
  train::FailureSigns signs_;
  std::set<std::string> told_;  // warnings, once each
};

}  // namespace cutlink::run
