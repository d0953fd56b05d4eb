#include "run/runner.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "run/adapter_files.h"
#include "run/interrupt.h"
#include "run/ledger.h"
#include "run/run_directory.h"
#include "run/run_info.h"
#include "run/run_summary.h"
#include "run/simulated_world.h"
#include "train/checkpoint_file.h"
#include "train/halves.h"

namespace cutlink::run {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::uint32_t run_state_version = 1;

// All that lives during one run, in the order in which it is built.
class Run {
 public:
  Run(const RunRequest& request, const Assets& assets, Reporter& reporter)
      : request_(request),
        assets_(assets),
        reporter_(reporter),
        scenario_(request.scenario),
        json_(describe_run(request, assets)),
        training_link_(netsim::make_link(assets.link, scenario_.train.seed)),
        evaluation_link_(netsim::make_link(assets.link, scenario_.train.seed)) {}

  RunStatus go();

 private:
  void open_files();
  void build_halves();
  void restore(const train::StoredCheckpoint& stored);
  void save_checkpoint();
  void evaluate(std::uint32_t steps_done, StepRow* row);
  bool one_step(std::uint32_t step);
  void finish(const char* status, const std::string& error);
  [[nodiscard]] fs::path checkpoints() const { return request_.directory / "checkpoints"; }

  const RunRequest& request_;
  const Assets& assets_;
  Reporter& reporter_;
  Scenario scenario_;
  Json json_;
  std::unique_ptr<netsim::Link> training_link_;
  std::unique_ptr<netsim::Link> evaluation_link_;
  std::unique_ptr<RunDirectory> files_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<train::ClientHalf> client_;
  std::unique_ptr<train::ServerHalf> server_;
  std::unique_ptr<SimulatedChannel> channel_;
  std::vector<train::Batch> eval_batches_;
  std::vector<Evaluation> evaluations_;
  std::uint32_t next_step_ = 0;
};

void Run::open_files() {
  const auto on_event = [this](const Event& event) { reporter_.on_event(event); };
  std::optional<train::StoredCheckpoint> stored;
  if (request_.resume && !request_.replace) {
    stored = train::find_latest(checkpoints());
  }
  if (!stored) {
    files_ = RunDirectory::begin(request_.directory, on_event);
    build_halves();
    return;
  }
  const ByteVector& bytes = stored->blobs.at("run");
  ByteReader in(bytes, stored->path.string(), ErrorKind::usage);
  if (in.get<std::uint32_t>() != run_state_version) {
    in.fail("written by another version of cutlink (start again without --resume)");
  }
  FileOffsets offsets{};
  for (std::uint64_t& offset : offsets) {
    offset = in.get<std::uint64_t>();
  }
  files_ = RunDirectory::resume(request_.directory, offsets, on_event);
  build_halves();
  const auto count = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i) {
    Evaluation evaluation;
    evaluation.step = in.get<std::uint32_t>();
    evaluation.loss = in.get<double>();
    const bool plain = in.get<std::uint8_t>() != 0;
    const auto loss_plain = in.get<double>();
    if (plain) {
      evaluation.loss_plain = loss_plain;
    }
    evaluations_.push_back(evaluation);
  }
  ledger_->restore(in);
  in.expect_end();
  restore(*stored);
  json_["resumed_at_step"] = next_step_;
}

void Run::build_halves() {
  LedgerOptions options;
  options.distortion_every = scenario_.distortion_every;
  options.total_steps = scenario_.train.steps;
  options.hold_begins = json_["hold_begins"].get<std::uint32_t>();
  options.profile = assets_.profile ? &*assets_.profile : nullptr;
  ledger_ = std::make_unique<Ledger>(*files_, *training_link_, *evaluation_link_, options);
  client_ = std::make_unique<train::ClientHalf>(scenario_.train, assets_.config, assets_.checkpoint.get(),
                                                *ledger_);
  server_ = std::make_unique<train::ServerHalf>(scenario_.train, assets_.config, assets_.checkpoint.get(),
                                                *ledger_);
  channel_ = std::make_unique<SimulatedChannel>(*server_);
}

void Run::restore(const train::StoredCheckpoint& stored) {
  for (const char* name : {"client", "server"}) {
    const auto found = stored.blobs.find(name);
    if (found == stored.blobs.end()) {
      usage_error(fmt::format("{}: no state of the {} half (start again without --resume)",
                              stored.path.string(), name));
    }
    ByteReader in(found->second, stored.path.string() + "/" + name, ErrorKind::usage);
    if (std::string(name) == "client") {
      client_->restore(in);
    } else {
      server_->restore(in);
    }
    in.expect_end();
  }
  next_step_ = stored.step;
}

void Run::save_checkpoint() {
  train::StateBlobs blobs;
  {
    ByteWriter out(blobs["client"]);
    client_->save(out);
  }
  {
    ByteWriter out(blobs["server"]);
    server_->save(out);
  }
  ByteWriter out(blobs["run"]);
  out.put(run_state_version);
  for (const std::uint64_t offset : files_->sync()) {
    out.put(offset);
  }
  out.put(static_cast<std::uint32_t>(evaluations_.size()));
  for (const Evaluation& evaluation : evaluations_) {
    out.put(evaluation.step);
    out.put(evaluation.loss);
    out.put<std::uint8_t>(evaluation.loss_plain ? 1 : 0);
    out.put(evaluation.loss_plain.value_or(0.0));
  }
  ledger_->save(out);
  train::write_checkpoint(checkpoints(), next_step_, blobs);
}

void Run::evaluate(std::uint32_t steps_done, StepRow* row) {
  Evaluation evaluation;
  evaluation.step = steps_done;
  ledger_->begin(eval_batches_);
  evaluation.loss = client_->evaluate(steps_done, eval_batches_, true, *channel_).mean();
  ledger_->finish_evaluation();
  if (scenario_.eval_plain) {
    ledger_->begin(eval_batches_);
    evaluation.loss_plain = client_->evaluate(steps_done, eval_batches_, false, *channel_).mean();
    ledger_->finish_evaluation();
  }
  if (row != nullptr) {
    row->eval_loss = evaluation.loss;
    row->eval_loss_plain = evaluation.loss_plain;
  }
  evaluations_.push_back(evaluation);
  reporter_.on_evaluation(evaluation);
}

// False where a person asked to stop.
bool Run::one_step(std::uint32_t step) {
  const std::vector<train::Batch> batches =
      train::training_batches(*assets_.train_data, scenario_.train, step);
  ledger_->begin(batches);
  train::StepResult result;
  try {
    result = client_->train_step(step, batches, *channel_);
  } catch (...) {
    ledger_->discard();
    throw;
  }
  StepRow row = ledger_->finish_step(step, result, server_->gradient_norm());
  next_step_ = step + 1;
  const bool last = next_step_ == scenario_.train.steps;
  if (last || (scenario_.eval_every != 0 && next_step_ % scenario_.eval_every == 0)) {
    evaluate(next_step_, &row);
  }
  files_->step(row);
  reporter_.on_step(row);
  const bool stop = interrupted() && !last;
  if (stop || (scenario_.checkpoint_every != 0 && next_step_ % scenario_.checkpoint_every == 0)) {
    save_checkpoint();
  }
  return !stop;
}

void Run::finish(const char* status, const std::string& error) {
  files_->sync();
  json_["status"] = status;
  if (!error.empty()) {
    json_["error"] = error;
  }
  json_["steps_done"] = next_step_;
  std::uint64_t avoided = 0;  // rows that a padded batch would have had
  for (std::uint32_t step = 0; step < next_step_; ++step) {
    for (const train::Batch& batch : train::training_batches(*assets_.train_data, scenario_.train, step)) {
      avoided += batch.padding_avoided;
    }
  }
  json_["padding_rows_avoided"] = avoided;
  Json evaluations = Json::array();
  for (const Evaluation& evaluation : evaluations_) {
    Json item = {{"step", evaluation.step}, {"loss", evaluation.loss}};
    if (evaluation.loss_plain) {
      item["loss_plain"] = *evaluation.loss_plain;
    }
    evaluations.push_back(item);
  }
  json_["evaluations"] = evaluations;
  json_["summary"] = summary_json(load_run(request_.directory, json_));
  write_run_json(request_.directory, json_);
}

RunStatus Run::go() {
  const std::uint32_t threads = json_["threads"].get<std::uint32_t>();
  at::set_num_threads(static_cast<int>(threads));
  open_files();
  write_run_json(request_.directory, json_);
  eval_batches_ = train::evaluation_batches(*assets_.eval_data, scenario_.train.batch);
  const std::uint32_t steps = scenario_.train.steps;
  reporter_.on_begin(request_.row.empty() ? scenario_.name : request_.row, next_step_, steps);
  try {
    if (evaluations_.empty()) {
      evaluate(0, nullptr);
    }
    while (next_step_ < steps) {
      if (!one_step(next_step_)) {
        save_run_adapters(request_.directory, scenario_, client_->adapters(), server_->adapters());
        finish("interrupted", "");
        reporter_.on_end();
        return RunStatus::interrupted;
      }
    }
  } catch (const Error& error) {
    files_->event({false, next_step_, "run_failed", error.what()});
    finish("failed", error.what());
    reporter_.on_end();
    throw;
  }
  save_run_adapters(request_.directory, scenario_, client_->adapters(), server_->adapters());
  finish("finished", "");
  reporter_.on_end();
  return RunStatus::finished;
}

}  // namespace

fs::path default_output(const Scenario& scenario) {
  return scenario.output.empty() ? fs::path("runs") / scenario.name : fs::path(scenario.output);
}

RunStatus run_one(const RunRequest& request, const Assets& assets, Reporter& reporter) {
  const std::optional<Json> earlier = request.replace ? std::nullopt : read_run_json(request.directory);
  if (earlier) {
    if (const char* changed = changed_since(*earlier, request.scenario, assets)) {
      usage_error(
          fmt::format("{} holds another run (other {}): name another --output, or say --force to replace it",
                      request.directory.string(), changed));
    }
    if ((*earlier)["status"] == "finished") {
      return RunStatus::skipped;
    }
    if (!request.resume) {
      usage_error(
          fmt::format("{} holds this run, not finished: say --resume to go on, or --force to start again",
                      request.directory.string()));
    }
  }
  return Run(request, assets, reporter).go();
}

}  // namespace cutlink::run
