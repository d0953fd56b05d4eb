#include <fmt/format.h>

#include <memory>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/machine_memory.h"
#include "cli/command_line.h"
#include "cli/options/output_paths.h"
#include "cli/options/scenario_options.h"
#include "cli/options/world_options.h"
#include "cli/patient_threads.h"
#include "cli/text/dry_run_text.h"
#include "cli/text/progress.h"
#include "cli/text/results_text.h"
#include "cli/text/run_text.h"
#include "record/run_directory.h"
#include "record/run_json.h"
#include "record/run_summary.h"
#include "run/memory_estimate.h"
#include "run/runner.h"

namespace cutlink::cli {

namespace {

struct Options {
  ScenarioOptions scenario;
  WorldOptions world;
  bool resume = false;
  bool force = false;
  bool dry_run = false;
};

void run_command(const Options& options, Context& context) {
  run::RunRequest request;
  request.live = check_world(options.world);
  request.scenario = load(options.scenario);
  make_threads_patient(request.scenario.threads);
  request.directory = run::default_output(request.scenario);
  request.command = context.command_line;
  request.resume = options.resume;
  request.replace = options.force;
  request.scenario.rows = {{"", request.scenario.train.codecs, true}};
  if (!options.dry_run) {
    check_output_directory(request.directory, "--output");
  }
  const run::Assets assets = run::load_assets(request.scenario);
  run::check_memory(request.scenario, assets, !request.live || is_local(request.live),
                    machine_memory_bytes());
  if (options.dry_run) {
    fmt::print("{}", dry_run_text(request.scenario, assets));
    return;
  }
  settle_network(assets.link, request.live);
  record::RunLock lock(request.directory);
  std::unique_ptr<worlds::LocalServer> server;
  if (is_local(request.live) && !run::is_finished(request, assets)) {
    lock.make_directory();
    server = start_server(assets, request.scenario, request.directory / "server", *request.live);
  }
  if (options.resume && !record::read_run_json(request.directory)) {
    fmt::print(stderr, "cutlink: {} holds no run to go on from: it begins\n", request.directory.string());
  }
  Progress progress;
  const run::RunStatus status = [&] {
    const InterruptGuard guard;
    return run::run_one(request, lock, assets, progress);
  }();
  if (status == run::RunStatus::interrupted && !record::read_run_json(request.directory)) {
    fmt::print(stderr, "cutlink: stopped before the run began\n");
    context.exit_code = exit_interrupted;
    return;
  }
  if (status == run::RunStatus::interrupted) {
    fmt::print(stderr, "cutlink: stopped; everything so far is in {}; go on with: {}{}\n",
               request.directory.string(), without_force(context.command_line),
               options.resume ? "" : " --resume");
    context.exit_code = exit_interrupted;
    return;
  }
  if (status == run::RunStatus::skipped) {
    fmt::print(stderr, "cutlink: {} holds this run, finished; say --force to run it again\n",
               request.directory.string());
  }
  fmt::print("{}", run_text(record::load_finished_run(request.directory,
                                                      *record::read_run_json(request.directory))));
  if (server) {
    fmt::print("{}", server->report());
  }
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("run", "one run: a scenario with one codec set and one seed");
  auto options = std::make_shared<Options>();
  add_scenario_options(*command, options->scenario);
  add_world_options(*command, options->world);
  command->add_flag("--resume", options->resume, "go on from the newest checkpoint in the output directory");
  command->add_flag("--force", options->force, "replace what the output directory holds")
      ->excludes("--resume");
  command->add_flag("--dry-run", options->dry_run, "only predict bytes and time a batch");
  command->footer(
      "Ctrl-C ends after the current step, with a checkpoint and all files written (exit code 130).\n"
      "How to make certificates, in place of a key: src/wire/SESSION.md.\n"
      "Examples:\n"
      "  cutlink run scenarios/tiny-amaq.toml              files in runs/tiny-amaq, a summary on stdout\n"
      "  cutlink run scenarios/demo.toml --set codec=bf16 --set train.steps=10 -o runs/try\n"
      "  cutlink run scenarios/demo.toml --world emulated --link wifi5-far          two processes, real "
      "sockets\n"
      "  cutlink run scenarios/demo.toml --connect server.example:7070 --key my.key  over your own network");
  command->callback([options, &context] { run_command(*options, context); });
}

}  // namespace cutlink::cli
