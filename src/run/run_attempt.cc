#include "run/run_attempt.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/cause.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/steady_now.h"
#include "codecs/registry.h"
#include "record/run_json.h"
#include "record/run_state.h"
#include "run/adapter_files.h"
#include "run/describe_run.h"
#include "run/make_world.h"
#include "session/restore_needed.h"

namespace cutlink::run {

namespace {

// Before the first step nothing is lost where a person stops the run in the middle of an evaluation.
class Interruptible : public train::Channel {
 public:
  explicit Interruptible(train::Channel& inner) : inner_(inner) {}
  std::optional<ByteVector> exchange(const ByteVector& frame) override {
    if (interrupted()) {
      throw Interrupted("stopped before the first step");
    }
    return inner_.exchange(frame);
  }

 private:
  train::Channel& inner_;
};

}  // namespace

std::filesystem::path checkpoint_folder(const RunRequest& request) {
  return request.directory / "checkpoints";
}

RunAttempt::RunAttempt(const RunRequest& request, record::RunLock& lock, const Assets& assets,
                       Reporter& reporter, const std::optional<train::StoredCheckpoint>& stored,
                       RunBeginning& beginning)
    : request_(request),
      lock_(lock),
      assets_(assets),
      reporter_(reporter),
      stored_(stored),
      beginning_(beginning),
      info_(describe_run(request, assets)),
      training_link_(netsim::make_link(model_link(request, assets), request.scenario.train.seed)),
      evaluation_link_(netsim::make_link(model_link(request, assets), request.scenario.train.seed)),
      session_(open_session(
          request, assets, stored, [this](bool warning, const char* name, const std::string& message) {
            beginning_.told.push_back({warning, stored_ ? stored_->step : 0, name, message});
            reporter_.on_event(beginning_.told.back());
          })) {
  at::set_num_threads(static_cast<int>(info_.threads));
  open_files();
  eval_batches_ = train::evaluation_batches(*assets.eval_data, request.scenario.train.batch);
}

void RunAttempt::open_files() {
  if (!stored_) {
    build(nullptr);
    return;
  }
  const ByteVector& bytes = stored_->blobs.at("run");
  ByteReader in(bytes, stored_->path.string(), ErrorKind::usage);
  const record::RunState state = record::read_run_state(in);
  train::remove_after(checkpoint_folder(request_), stored_->step);  // of files that are cut now
  build(&state.offsets);
  info_.evaluations = state.evaluations;
  restore_here(*stored_, in);
  info_.resumed_at_step = next_step_;
}

// Files, ledger, halves. offsets: the files are cut back to them; null: they are begun anew.
void RunAttempt::build(const record::FileOffsets* offsets) {
  const scenario::Scenario& s = request_.scenario;
  const auto on_event = [this](const Event& event) { reporter_.on_event(event); };
  files_ = offsets != nullptr         ? record::RunDirectory::resume(lock_, *offsets, on_event)
           : beginning_.keeps_history ? record::RunDirectory::begin_again(lock_, on_event)
                                      : record::RunDirectory::begin(lock_, on_event);
  for (const Event& event : std::exchange(beginning_.told, {})) {
    files_->record(event);
  }
  rows_ = std::make_unique<record::SummarySink>(*files_, info_.hold_begins);
  if (offsets != nullptr) {
    rows_->take_up(request_.directory);
  }
  LedgerOptions options;
  options.distortion_every = s.distortion_every;
  options.total_steps = s.train.steps;
  options.hold_begins = info_.hold_begins;
  options.profile = assets_.profile && !request_.live ? &*assets_.profile : nullptr;
  options.spike_advice = codecs::make_codec(s.train.codecs.activation)->spike_advice();
  ledger_ = std::make_unique<Ledger>(*rows_, *training_link_, *evaluation_link_, options);
  client_ = std::make_unique<train::ClientHalf>(s.train, assets_.config, assets_.checkpoint.get(), *ledger_);
  world_ = make_world(request_, assets_, std::move(session_), *ledger_);
  note_peer();
}

// Nothing to note before a run that goes back has met its server again.
void RunAttempt::note_peer() {
  if (const worlds::Peer peer = world_->describe(); !peer.connection.empty()) {
    info_.peer = peer.connection;
    info_.server = peer.server;
  }
}

// All but the server half.
void RunAttempt::restore_here(const train::StoredCheckpoint& stored, ByteReader& run_state) {
  ledger_->restore(run_state);
  run_state.expect_end();
  const auto found = stored.blobs.find("client");
  if (found == stored.blobs.end()) {
    usage_error(
        fmt::format("{}: no state of the client half (start again with --force)", stored.path.string()));
  }
  ByteReader in(found->second, stored.path.string() + "/client", ErrorKind::usage);
  client_->restore(in);
  in.expect_end();
  next_step_ = stored.step;
}

void RunAttempt::save_checkpoint() {
  train::StateBlobs blobs;
  {
    ByteWriter out(blobs["client"]);
    client_->save(out);
  }
  world_->save(next_step_, blobs);
  ByteWriter out(blobs["run"]);
  record::write_run_state(out, {files_->sync(), info_.evaluations});
  ledger_->save(out);
  train::write_checkpoint(checkpoint_folder(request_), next_step_, blobs);
}

// None in the simulated world.
std::optional<Measured> RunAttempt::measured_since(std::int64_t begin_ns) {
  std::optional<SocketBytes> socket = world_->take_socket_bytes();
  if (!socket) {
    return std::nullopt;
  }
  return Measured{world_->take_transfers(), steady_now_ns() - begin_ns, socket};
}

double RunAttempt::loss_over(std::uint32_t steps_done, bool with_codecs) {
  Interruptible patient(world_->channel());
  train::Channel& channel = steps_done == 0 ? patient : world_->channel();
  try {
    return client_->evaluate(steps_done, eval_batches_, with_codecs, channel).mean();
  } catch (...) {
    ledger_->discard();
    throw;
  }
}

double RunAttempt::evaluate_once(std::uint32_t steps_done, bool with_codecs) {
  const std::int64_t begin = steady_now_ns();
  ledger_->begin(eval_batches_);
  const double loss = loss_over(steps_done, with_codecs);
  const std::optional<Measured> measured = measured_since(begin);
  ledger_->finish_evaluation(measured ? &*measured : nullptr);
  return loss;
}

// After what was done up to it is on the disk.
void RunAttempt::check_evaluation() const {
  const record::Evaluation& last = info_.evaluations.back();
  if (!std::isfinite(last.loss) || !std::isfinite(last.loss_plain.value_or(0.0))) {
    run_error(fmt::format("the evaluation loss after {} steps is not a number: {}", last.step,
                          last.step == 0
                              ? "nothing was trained yet: look at the model's weights, or give the "
                                "codecs more bits"
                              : "lower train.lr, or give the codecs more bits or a later descent"));
  }
}

void RunAttempt::evaluate(std::uint32_t steps_done, StepRow* row) {
  record::Evaluation evaluation;
  evaluation.step = steps_done;
  evaluation.loss = evaluate_once(steps_done, true);
  if (request_.scenario.eval_plain) {
    evaluation.loss_plain = evaluate_once(steps_done, false);
  }
  if (row != nullptr) {
    row->eval_loss = evaluation.loss;
    row->eval_loss_plain = evaluation.loss_plain;
  }
  info_.evaluations.push_back(evaluation);
  reporter_.on_evaluation(evaluation);
}

// False where a person asked to stop.
bool RunAttempt::one_step(std::uint32_t step) {
  const scenario::Scenario& s = request_.scenario;
  const std::vector<train::Batch> batches = train::training_batches(*assets_.train_data, s.train, step);
  const std::int64_t begin = steady_now_ns();
  ledger_->begin(batches);
  train::StepResult result;
  try {
    result = client_->train_step(step, batches, world_->channel());
  } catch (...) {
    ledger_->discard();
    throw;
  }
  const std::optional<Measured> measured = measured_since(begin);
  StepRow row =
      ledger_->finish_step(step, result, world_->server_gradient_norm(), measured ? &*measured : nullptr);
  next_step_ = step + 1;
  const bool last = next_step_ == s.train.steps;
  if (last || (s.eval_every != 0 && next_step_ % s.eval_every == 0)) {
    evaluate(next_step_, &row);
  }
  rows_->step(row);
  reporter_.on_step(row);
  const bool stop = interrupted() && !last;
  if (stop || (s.checkpoint_every != 0 && next_step_ % s.checkpoint_every == 0)) {
    save_checkpoint();
  }
  if (row.eval_loss && !last) {
    check_evaluation();
  }
  return !stop;
}

void RunAttempt::save_adapters() {
  save_run_adapters(request_.directory, request_.scenario, client_->adapters(), world_->server_adapters());
}

void RunAttempt::finish(record::Status status) {
  files_->sync();
  note_peer();
  info_.status = status;
  info_.steps_done = next_step_;
  std::uint64_t avoided = 0;  // rows that a padded batch would have had
  for (std::uint32_t step = 0; step < next_step_; ++step) {
    for (const train::Batch& batch :
         train::training_batches(*assets_.train_data, request_.scenario.train, step)) {
      avoided += batch.padding_avoided;
    }
  }
  info_.padding_rows_avoided = avoided;
  info_.summary = rows_->summary(info_.evaluations);
  record::write_run_json(request_.directory, info_);
}

void RunAttempt::fail(const std::string& cause) {
  try {
    files_->event({false, next_step_, "run_failed", cause});
    info_.error = cause;
    finish(record::Status::failed);
  } catch (const std::exception&) {
    // If the disk is full, or memory is short, this fails, too: the first cause is the one to tell.
  }
}

RunStatus RunAttempt::go() {
  record::write_run_json(request_.directory, info_);
  const std::uint32_t steps = request_.scenario.train.steps;
  bool stopped = false;
  try {
    if (stored_) {
      world_->restore(*stored_);
    }
    if (info_.evaluations.empty()) {
      evaluate(0, nullptr);
      check_evaluation();
    }
    while (next_step_ < steps && !stopped) {
      stopped = !one_step(next_step_);
    }
    save_adapters();
    check_evaluation();
  } catch (const Interrupted& cause) {
    files_->event({true, next_step_, "interrupted", cause.what()});
    stopped = true;
  } catch (const session::RestoreNeeded&) {
    throw;  // the run goes on
  } catch (const std::exception& error) {
    fail(cause_of(error));
    throw;
  }
  finish(stopped ? record::Status::interrupted : record::Status::finished);
  world_->leave(!stopped);
  return stopped ? RunStatus::interrupted : RunStatus::finished;
}

}  // namespace cutlink::run
