// One run: scenario × codec set × seed → a run directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/records.h"
#include "record/evaluation.h"
#include "run/assets.h"
#include "run/run_request.h"
#include "scenario/scenario.h"

namespace cutlink::record {
class RunLock;
}

namespace cutlink::run {

// Whoever shows progress. Every call is quick; none may throw.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void on_begin(const std::string& title, std::uint32_t first_step, std::uint32_t steps) {
    static_cast<void>(title), static_cast<void>(first_step), static_cast<void>(steps);
  }
  virtual void on_step(const StepRow& row) { static_cast<void>(row); }
  virtual void on_evaluation(const record::Evaluation& evaluation) { static_cast<void>(evaluation); }
  virtual void on_event(const Event& event) { static_cast<void>(event); }
  virtual void on_end() {}
};

// Whether the directory holds this very run, finished. Throws Error(usage) where it holds another run, or
// this one unfinished, and the request neither resumes nor replaces it.
[[nodiscard]] bool is_finished(const RunRequest& request, const Assets& assets);

// Runs, resumes or skips a run that is finished. Throws Error(usage) as is_finished() does. assets:
// load_assets(request.scenario). Throws Error(run) if the loss is not finite, a file cannot be written,
// memory is short or a library fails; everything written so far is kept and run.json says what happened, in
// one line.
[[nodiscard]] RunStatus run_one(const RunRequest& request, const Assets& assets, Reporter& reporter);
// The same where the caller has the lock of the request's directory.
[[nodiscard]] RunStatus run_one(const RunRequest& request, record::RunLock& lock, const Assets& assets,
                                Reporter& reporter);

// The directory of a run that nobody named: runs/NAME.
[[nodiscard]] std::filesystem::path default_output(const scenario::Scenario& scenario);

}  // namespace cutlink::run
