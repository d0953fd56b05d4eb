// Options that commands on a scenario share.
#pragma once

#include <string>

#include "cli/parser/command.h"
#include "scenario/scenario.h"

namespace cutlink::cli {

struct ScenarioOptions {
  std::string file;
  scenario::Overrides overrides;
  std::string link;
  std::string output;
};

// SCENARIO, --set, --link and --output. required: whether SCENARIO must be given.
void add_scenario_options(Command command, ScenarioOptions& options, bool required = true);
// Throws Error(usage) with the likeliest scenario's path where `given` is no file.
void check_scenario_file(const std::string& given);
// The scenario with its overrides, --link the last; --output replaces its output directory.
[[nodiscard]] scenario::Scenario load(const ScenarioOptions& options);

// A command as one repeats it to go on: --force would begin again.
[[nodiscard]] std::string without_force(std::string command_line);

// "1,2,3" or "1-5" or both. Throws Error(usage).
[[nodiscard]] std::vector<std::uint64_t> parse_seeds(const std::string& text);

}  // namespace cutlink::cli
