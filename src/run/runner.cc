#include "run/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/cause.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "record/run_json.h"
#include "run/describe_run.h"
#include "run/run_attempt.h"
#include "session/restore_needed.h"

namespace cutlink::run {

namespace {

namespace fs = std::filesystem;

// Detects a server that keeps offering the same checkpoint without making progress.
class Standstill {
 public:
  // The run goes back to `step`, so long after it did so last. Throws Error(peer) once that leads nowhere.
  void goes_back(std::uint32_t step, std::chrono::nanoseconds after) {
    times_ = step == step_ && after < std::chrono::seconds(10) ? times_ + 1 : 0;
    step_ = step;
    if (times_ == max_times) {
      peer_error(fmt::format(
          "the server names a checkpoint of step {} again and again, and never goes on from it", step));
    }
  }

 private:
  static constexpr int max_times = 50;
  std::optional<std::uint32_t> step_;
  int times_ = 0;
};

// The newest checkpoint here of a step that the server has, too; none: back to the beginning.
std::optional<train::StoredCheckpoint> common_checkpoint(const fs::path& folder,
                                                         std::vector<std::uint32_t> server_steps) {
  std::sort(server_steps.rbegin(), server_steps.rend());
  for (const std::uint32_t step : server_steps) {
    if (auto stored = train::find_step(folder, step)) {
      return stored;
    }
  }
  return std::nullopt;
}

// A run's place in whatever shows progress, until it ends in whichever way.
class Reported {
 public:
  Reported(const RunRequest& request, std::uint32_t first_step, Reporter& reporter) : reporter_(reporter) {
    reporter.on_begin(request.row.empty() ? request.scenario.name : request.row, first_step,
                      request.scenario.train.steps);
  }
  ~Reported() { reporter_.on_end(); }
  Reported(const Reported&) = delete;
  Reported& operator=(const Reported&) = delete;

 private:
  Reporter& reporter_;
};

}  // namespace

fs::path default_output(const scenario::Scenario& scenario) {
  return scenario.output.empty() ? fs::path("runs") / scenario.name : fs::path(scenario.output);
}

bool is_finished(const RunRequest& request, const Assets& assets) {
  const std::optional<record::RunInfo> earlier =
      request.replace ? std::nullopt : record::read_run_json(request.directory);
  if (!earlier) {
    return false;
  }
  if (const char* changed = changed_since(*earlier, request, assets)) {
    usage_error(
        fmt::format("{} holds another run (other {}): name another --output, or say --force to replace it",
                    request.directory.string(), changed));
  }
  if (earlier->status == record::Status::finished) {
    return true;
  }
  if (!request.resume) {
    usage_error(
        fmt::format("{} holds this run, not finished: say --resume to go on, or --force to start again",
                    request.directory.string()));
  }
  return false;
}

RunStatus run_one(const RunRequest& request, const Assets& assets, Reporter& reporter) {
  record::RunLock lock(request.directory);
  return run_one(request, lock, assets, reporter);
}

namespace {

// Until it ends; a server that was started anew sends it back to a checkpoint.
RunStatus attempt(const RunRequest& request, record::RunLock& lock, const Assets& assets,
                  Reporter& reporter) {
  std::optional<train::StoredCheckpoint> stored;
  if (request.resume && !request.replace) {
    stored = train::find_latest(checkpoint_folder(request));
  }
  const Reported reported(request, stored ? stored->step : 0, reporter);
  RunRequest attempted = request;
  Standstill standstill;
  RunBeginning beginning;
  beginning.keeps_history = request.resume && !request.replace;
  for (;;) {
    const auto begun = std::chrono::steady_clock::now();
    try {
      return RunAttempt(attempted, lock, assets, reporter, stored, beginning).go();
    } catch (const Interrupted&) {
      return RunStatus::interrupted;  // before it began
    } catch (const session::RestoreNeeded& need) {
      stored = common_checkpoint(checkpoint_folder(request), need.server_steps());
      if (!stored && train::find_latest(checkpoint_folder(request))) {
        run_error(
            fmt::format("the server has none of the checkpoints of {}, which are kept: start it with "
                        "the --state that this run's had, or say --force to begin again",
                        request.directory.string()));
      }
      const std::uint32_t step = stored ? stored->step : 0;
      standstill.goes_back(step, std::chrono::steady_clock::now() - begun);
      if (interrupted()) {
        return RunStatus::interrupted;
      }
      attempted.live->patient = true;  // only a live world asks for this
      beginning.keeps_history = true;
      beginning.told.push_back(
          {true, step, "went_back",
           fmt::format("the server was started anew: going on from step {} (save more often with "
                       "checkpoint.every)",
                       step)});
      reporter.on_event(beginning.told.back());
    }
  }
}

}  // namespace

RunStatus run_one(const RunRequest& request, record::RunLock& lock, const Assets& assets,
                  Reporter& reporter) {
  if (is_finished(request, assets)) {
    return RunStatus::skipped;
  }
  try {
    return attempt(request, lock, assets, reporter);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    run_error(cause_of(error));  // no memory, a library's: whoever runs many tries the next one
  }
}

}  // namespace cutlink::run
