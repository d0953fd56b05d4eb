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
  std::string export_csv, export_json, export_markdown;
  bool force = false;
  bool dry_run = false;
  std::string progress = "auto";
};

// Prints the table of the run directories in `directory`, and writes the exports that were asked for. only:
// the rows and seeds that count; null: all that are there. Throws as load_comparison().
void print_comparison(const std::filesystem::path& directory, const CompareOptions& options,
                      const compare::CompareRequest* only);

}  // namespace cutlink::cli
