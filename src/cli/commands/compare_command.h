// `cutlink compare`: its options, and its table.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/options/scenario_options.h"
#include "cli/options/world_options.h"
#include "compare/compare.h"

namespace cutlink::cli {

struct CompareOptions {
  ScenarioOptions scenario;
  WorldOptions world;
  std::optional<std::string> seeds;  // none: the scenario's
  std::string from;
  std::string export_csv, export_json, export_markdown;  // "-": standard output
  bool json = false;                                     // the same as export_json = "-"
  std::string fail_if;
  bool force = false;
  bool dry_run = false;
  std::string progress = "auto";
};

// Whether standard output is an export's, and nothing else may go there.
[[nodiscard]] bool exports_to_stdout(const CompareOptions& options);

// Prints the table of the run directories in `directory`, and writes the exports that were asked for. only:
// the rows and seeds that count; null: all that are there. Returns what met --fail-if, if anything did. Throws as
// load_comparison().
std::optional<std::string> print_comparison(const std::filesystem::path& directory,
                                            const CompareOptions& options,
                                            const compare::CompareRequest* only);

// Throws Error(check) if there is something that met --fail-if.
void obey_fail_if(const std::optional<std::string>& met);

}  // namespace cutlink::cli
