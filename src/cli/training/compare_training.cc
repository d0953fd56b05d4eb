#include <fmt/format.h>

#include <memory>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/standard_streams.h"
#include "cli/command_line.h"
#include "cli/commands/compare_command.h"
#include "cli/options/output_paths.h"
#include "cli/text/dry_run_text.h"
#include "cli/text/progress.h"
#include "cli/training/preparation.h"
#include "cli/training/trainer_commands.h"
#include "record/run_directory.h"

namespace cutlink::cli {

void train_comparison(const CompareOptions& options, Context& context) {
  compare::CompareRequest request;
  request.live = check_world(options.world);
  request.scenario = load(options.scenario);
  request.seeds =
      options.seeds ? parse_seeds(*options.seeds) : std::vector<std::uint64_t>{request.scenario.train.seed};
  request.directory = run::default_output(request.scenario);
  request.command = context.command_line;
  request.replace = options.force;
  if (!options.dry_run) {
    check_output_directory(request.directory, "--output");
    if (std::error_code ignored; std::filesystem::exists(request.directory / "run.json", ignored)) {
      usage_error(fmt::format("{} holds a run, not a comparison: name another directory with --output",
                              request.directory.string()));
    }
  }
  const run::Assets assets = prepare_assets(request.scenario, request.live);
  if (options.dry_run) {
    fmt::print("{}", dry_run_text(request.scenario, assets));
    return;
  }
  settle_network(assets.link, request.live);
  record::RunLock lock(request.directory);
  std::unique_ptr<worlds::LocalServer> server;
  if (worlds::is_local(request.live) && !compare::is_finished(request, assets)) {
    server = prepare_server(assets, request.scenario, lock, *request.live);
  }
  Progress progress(static_cast<std::uint32_t>(request.scenario.rows.size() * request.seeds.size()),
                    progress_style(options.progress));
  const compare::CompareOutcome outcome = [&] {
    const InterruptGuard guard;
    return compare::run_comparison(request, assets, progress);
  }();
  if (outcome.interrupted) {
    tell(fmt::format("cutlink: stopped; everything so far is in {}; the same command goes on: {}\n",
                     request.directory.string(), without_force(context.command_line)));
    context.exit_code = exit_interrupted;
    return;
  }
  for (const std::string& failure : outcome.failed) {
    tell(fmt::format("cutlink: {}\n", failure));
    context.exit_code = 1;
  }
  if (outcome.reference_failed) {
    return;  // there is nothing to compare with; why was said
  }
  const std::optional<std::string> met = print_comparison(request.directory, options, &request);
  if (server && exports_to_stdout(options)) {
    tell(server->report());
  } else if (server) {
    fmt::print("{}", server->report());
  }
  obey_fail_if(met);
}

}  // namespace cutlink::cli
