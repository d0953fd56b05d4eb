#include "cli/commands/compare_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/error.h"
#include "cli/command_line.h"
#include "cli/options/output_paths.h"
#include "cli/text/progress.h"
#include "cli/text/results_text.h"
#include "cli/training_commands.h"
#include "compare/fail_condition.h"
#include "export/table_csv.h"
#include "export/table_json.h"
#include "export/table_markdown.h"

namespace cutlink::cli {

namespace {

// --from reads finished runs: what tells how to run would be ignored, so it is refused.
void check_from(const CompareOptions& options) {
  if (!options.scenario.file.empty()) {
    usage_error("compare: give a scenario or --from DIR, not both");
  }
  const std::pair<const char*, bool> senseless[] = {
      {"--seeds", options.seeds.has_value()},
      {"--set", !options.scenario.overrides.empty()},
      {"--link", !options.scenario.link.empty()},
      {"--output", !options.scenario.output.empty()},
      {"--force", options.force},
      {"--world", !options.world.world.empty()},
      {"--connect", !options.world.connect.empty()},
      {"--key", !options.world.key.empty()},
      {"--deadline", !options.world.deadline.empty()},
      {"--give-up", !options.world.give_up.empty()},
      {"--congestion", !options.world.congestion.empty()},
      {"--server-name", !options.world.server_name.empty()},
      {"--certificate", !options.world.certificates.certificate.empty()},
      {"--certificate-key", !options.world.certificates.key.empty()},
      {"--server-ca", !options.world.certificates.authority.empty()},
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

using Export = std::pair<const char*, const std::string&>;

std::array<Export, 3> exports_of(const CompareOptions& options) {
  return {{{"--export-csv", options.export_csv},
           {"--export-json", options.export_json},
           {"--export-markdown", options.export_markdown}}};
}

void check_exports(CompareOptions& options) {
  if (options.json) {
    if (!options.export_json.empty() && options.export_json != "-") {
      usage_error("compare: --json is --export-json -: leave one of them out");
    }
    options.export_json = "-";
  }
  if (std::ranges::count_if(exports_of(options), [](const Export& e) { return e.second == "-"; }) > 1) {
    usage_error("compare: one export at a time to standard output (-)");
  }
  for (const auto& [name, file] : exports_of(options)) {
    if (file.empty()) {
      continue;
    }
    if (options.dry_run) {
      usage_error(fmt::format("compare: --dry-run has no table to write: leave out {}", name));
    }
    check_output_file(file, name);
  }
  if (!options.fail_if.empty()) {
    if (options.dry_run) {
      usage_error("compare: --dry-run has no figures to test: leave out --fail-if");
    }
    static_cast<void>(compare::FailCondition(options.fail_if));  // a mistake in it is told before the work
  }
}

void compare_command(CompareOptions& options, Context& context) {
  check_exports(options);
  if (!options.from.empty()) {
    check_from(options);
    obey_fail_if(print_comparison(options.from, options, nullptr));
    return;
  }
  if (options.scenario.file.empty()) {
    usage_error("compare: no scenario given (or --from DIR for a table of finished runs)");
  }
  context.training.compare(options, context);
}

}  // namespace

bool exports_to_stdout(const CompareOptions& options) {
  return std::ranges::any_of(exports_of(options), [](const Export& e) { return e.second == "-"; });
}

std::optional<std::string> print_comparison(const std::filesystem::path& directory,
                                            const CompareOptions& options,
                                            const compare::CompareRequest* only) {
  const compare::Comparison comparison = compare::load_comparison(directory, only);
  if (!exports_to_stdout(options)) {
    fmt::print("{}", comparison_text(comparison, directory.string()));
    if (comparison.scenario.train.steps > 0) {
      fmt::print("\n{}\n", compare::verdict(comparison).text);
    }
    std::fflush(stdout);  // an export may go there, too, by another name
  }
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
  return options.fail_if.empty() ? std::nullopt : compare::FailCondition(options.fail_if).met_by(comparison);
}

void obey_fail_if(const std::optional<std::string>& met) {
  if (met) {
    throw Error(ErrorKind::check, *met);
  }
}

void add_compare(Command app, Context& context) {
  Command command = app.command("compare", "the main job: every codec set of a scenario, in one table");
  auto options = std::make_shared<CompareOptions>();
  add_scenario_options(command, options->scenario, false);
  command.option("--seeds", options->seeds, "seeds of every row, e.g. 1,2,3 or 1-3 (default: the scenario's)")
      .named("LIST");
  command.option("--from", options->from, "only rebuild the table from run directories in DIR").named("DIR");
  command.option("--export-csv", options->export_csv, "write the table as CSV; - is stdout").named("FILE");
  command.option("--export-json", options->export_json, "… as JSON, with provenance").named("FILE");
  command.option("--export-markdown", options->export_markdown, "… as Markdown").named("FILE");
  command.flag("--json", options->json, "the same as --export-json -: JSON to stdout, and nothing else");
  command
      .option("--fail-if", options->fail_if, "exit code 4 if a row meets it, e.g. loss_difference.high>0.01")
      .named("CONDITION");
  command.flag("--force", options->force, "run again what is there already");
  command.flag("--dry-run", options->dry_run, "only predict bytes and time a batch");
  command.option("--progress", options->progress, "auto: on a terminal only; plain: a line every 30 s; none")
      .one_of(progress_words)
      .named("HOW");
  add_world_options(command, options->world);
  command.footer(
      "Finished runs are skipped; after Ctrl-C (exit code 130) the same command goes on.\n"
      "Examples:\n"
      "  cutlink compare scenarios/demo.toml --seeds 1,2,3       table on stdout, runs in runs/demo\n"
      "  cutlink compare scenarios/demo.toml --world emulated -o runs/real   the same over real sockets\n"
      "  cutlink compare --from runs/demo --export-csv t.csv     the table again, from the files alone");
  command.action([options, &context] { compare_command(*options, context); });
}

}  // namespace cutlink::cli
