#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

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
#include "compare/compare.h"
#include "export/table_csv.h"
#include "export/table_json.h"
#include "export/table_markdown.h"
#include "record/run_directory.h"
#include "run/memory_estimate.h"

namespace cutlink::cli {

namespace {

struct Options {
  ScenarioOptions scenario;
  WorldOptions world;
  std::optional<std::string> seeds;  // none: the scenario's
  std::string from;
  std::string export_csv, export_json, export_markdown;
  bool force = false;
  bool dry_run = false;
};

void print_results(const std::filesystem::path& directory, const Options& options,
                   const compare::CompareRequest* only) {
  const compare::Comparison comparison = compare::load_comparison(directory, only);
  fmt::print("{}", comparison_text(comparison, directory.string()));
  if (comparison.scenario.train.steps > 0) {
    fmt::print("\n{}\n", compare::verdict(comparison));
  }
  std::fflush(stdout);  // an export may go there, too
  const exporter::Table table = comparison_table(comparison);
  if (!options.export_csv.empty()) {
    write_output_file(options.export_csv, exporter::table_to_csv(table));
  }
  if (!options.export_json.empty()) {
    write_output_file(options.export_json, exporter::table_to_json(table, comparison.context));
  }
  if (!options.export_markdown.empty()) {
    write_output_file(options.export_markdown, exporter::table_to_markdown(table));
  }
}

// --from reads finished runs: what tells how to run would be ignored, so it is refused.
void check_from(const Options& options) {
  if (!options.scenario.file.empty()) {
    usage_error("compare: give a scenario or --from DIR, not both");
  }
  const std::pair<const char*, bool> senseless[] = {{"--seeds", options.seeds.has_value()},
                                                    {"--set", !options.scenario.overrides.empty()},
                                                    {"--link", !options.scenario.link.empty()},
                                                    {"--output", !options.scenario.output.empty()},
                                                    {"--force", options.force},
                                                    {"--world", !options.world.world.empty()},
                                                    {"--connect", !options.world.connect.empty()},
                                                    {"--key", !options.world.key.empty()},
                                                    {"--deadline", !options.world.deadline.empty()},
                                                    {"--give-up", !options.world.give_up.empty()},
                                                    {"--dry-run", options.dry_run}};
  for (const auto& [name, given] : senseless) {
    if (given) {
      usage_error(
          fmt::format("compare: --from {} only reads runs that are there: leave out {}, or name the "
                      "scenario instead of --from",
                      options.from, name));
    }
  }
}

void check_exports(const Options& options) {
  const std::pair<const char*, const std::string&> exports[] = {
      {"--export-csv", options.export_csv},
      {"--export-json", options.export_json},
      {"--export-markdown", options.export_markdown}};
  for (const auto& [name, file] : exports) {
    if (file.empty()) {
      continue;
    }
    if (options.dry_run) {
      usage_error(fmt::format("compare: --dry-run has no table to write: leave out {}", name));
    }
    check_output_file(file, name);
  }
}

void compare_command(const Options& options, Context& context) {
  check_exports(options);
  if (!options.from.empty()) {
    check_from(options);
    print_results(options.from, options, nullptr);
    return;
  }
  if (options.scenario.file.empty()) {
    usage_error("compare: no scenario given (or --from DIR for a table of finished runs)");
  }
  compare::CompareRequest request;
  request.live = check_world(options.world);
  request.scenario = load(options.scenario);
  make_threads_patient(request.scenario.threads);
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
  if (is_local(request.live) && !compare::is_finished(request, assets)) {
    lock.make_directory();
    server = start_server(assets, request.scenario, request.directory / "server", *request.live);
  }
  Progress progress(static_cast<std::uint32_t>(request.scenario.rows.size() * request.seeds.size()));
  const compare::CompareOutcome outcome = [&] {
    const InterruptGuard guard;
    return compare::run_comparison(request, assets, progress);
  }();
  if (outcome.interrupted) {
    fmt::print(stderr, "cutlink: stopped; everything so far is in {}; the same command goes on: {}\n",
               request.directory.string(), without_force(context.command_line));
    context.exit_code = exit_interrupted;
    return;
  }
  for (const std::string& failure : outcome.failed) {
    fmt::print(stderr, "cutlink: {}\n", failure);
    context.exit_code = 1;
  }
  if (outcome.reference_failed) {
    return;  // there is nothing to compare with; why was said
  }
  print_results(request.directory, options, &request);
  if (server) {
    fmt::print("{}", server->report());
  }
}

}  // namespace

void add_compare(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("compare", "the main job: every codec set of a scenario, in one table");
  auto options = std::make_shared<Options>();
  add_scenario_options(*command, options->scenario);
  command->get_option("scenario")->required(false);
  command
      ->add_option_function<std::string>(
          "--seeds", [options](const std::string& list) { options->seeds = list; },
          "seeds of every row, e.g. 1,2,3 or 1-3 (default: the scenario's)")
      ->type_name("LIST");
  command->add_option("--from", options->from, "only rebuild the table from run directories in DIR")
      ->type_name("DIR");
  command->add_option("--export-csv", options->export_csv, "write the table as CSV")->type_name("FILE");
  command->add_option("--export-json", options->export_json, "… as JSON, with provenance")->type_name("FILE");
  command->add_option("--export-markdown", options->export_markdown, "… as Markdown")->type_name("FILE");
  command->add_flag("--force", options->force, "run again what is there already");
  command->add_flag("--dry-run", options->dry_run, "only predict bytes and time a batch");
  add_world_options(*command, options->world);
  command->footer(
      "Finished runs are skipped; after Ctrl-C (exit code 130) the same command goes on.\n"
      "Examples:\n"
      "  cutlink compare scenarios/demo.toml --seeds 1,2,3       table on stdout, runs in runs/demo\n"
      "  cutlink compare scenarios/demo.toml --world emulated -o runs/real   the same over real sockets\n"
      "  cutlink compare --from runs/demo --export-csv t.csv     the table again, from the files alone");
  command->callback([options, &context] { compare_command(*options, context); });
}

}  // namespace cutlink::cli
