#include <fmt/format.h>

#include <memory>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/standard_streams.h"
#include "cli/command_line.h"
#include "cli/commands/run_command.h"
#include "cli/options/output_paths.h"
#include "cli/text/dry_run_text.h"
#include "cli/text/progress.h"
#include "cli/text/run_text.h"
#include "cli/training/preparation.h"
#include "cli/training/trainer_commands.h"
#include "record/run_directory.h"
#include "record/run_json.h"
#include "record/run_record.h"
#include "run/runner.h"

namespace cutlink::cli {

void train_run(const RunOptions& options, Context& context) {
  run::RunRequest request;
  request.live = check_world(options.world);
  request.scenario = load(options.scenario);
  request.directory = run::default_output(request.scenario);
  request.command = context.command_line;
  request.resume = options.resume;
  request.replace = options.force;
  request.scenario.rows = {{"", request.scenario.train.codecs, true}};
  if (!options.dry_run) {
    check_output_directory(request.directory, "--output");
  }
  const run::Assets assets = prepare_assets(request.scenario, request.live);
  if (options.dry_run) {
    fmt::print("{}", dry_run_text(request.scenario, assets));
    return;
  }
  settle_network(assets.link, request.live);
  record::RunLock lock(request.directory);
  std::unique_ptr<worlds::LocalServer> server;
  if (worlds::is_local(request.live) && !run::is_finished(request, assets)) {
    server = prepare_server(assets, request.scenario, lock, *request.live);
  }
  if (options.resume && !record::read_run_json(request.directory)) {
    tell(fmt::format("cutlink: {} holds no run to go on from: it begins\n", request.directory.string()));
  }
  Progress progress(1, progress_style(options.progress));
  const run::RunStatus status = [&] {
    const InterruptGuard guard;
    return run::run_one(request, lock, assets, progress);
  }();
  if (status == run::RunStatus::interrupted && !record::read_run_json(request.directory)) {
    tell("cutlink: stopped before the run began\n");
    context.exit_code = exit_interrupted;
    return;
  }
  if (status == run::RunStatus::interrupted) {
    tell(fmt::format("cutlink: stopped; everything so far is in {}; go on with: {}{}\n",
                     request.directory.string(), without_force(context.command_line),
                     options.resume ? "" : " --resume"));
    context.exit_code = exit_interrupted;
    return;
  }
  if (status == run::RunStatus::skipped) {
    tell(fmt::format("cutlink: {} holds this run, finished; say --force to run it again\n",
                     request.directory.string()));
  }
  fmt::print("{}", run_text(record::load_finished_run(request.directory,
                                                      *record::read_run_json(request.directory))));
  if (server) {
    fmt::print("{}", server->report());
  }
}

}  // namespace cutlink::cli
