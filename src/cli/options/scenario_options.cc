#include "cli/options/scenario_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/error.h"
#include "base/text/text.h"
#include "base/working_directory.h"
#include "scenario/data_root.h"
#include "train/spec_bounds.h"

namespace cutlink::cli {

namespace fs = std::filesystem;

void add_scenario_options(Command command, ScenarioOptions& options, bool required) {
  Option scenario = command.option("scenario", options.file, "scenario file (TOML)");
  if (required) {
    scenario.required();
  }
  command.repeated("--set", options.overrides, "override any key (scenarios/KEYS.md), again and again")
      .named("KEY=VALUE");
  command.option("--link", options.link, "the same as --set link=NAME").named("NAME");
  command.option("-o,--output", options.output, "directory of the results (default runs/NAME)").named("DIR");
}

namespace {

// The scenario files of a directory, by stem.
void add_scenarios(const fs::path& directory, std::vector<std::string>& stems, std::vector<fs::path>& files) {
  std::error_code ignored;
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.path().extension() == ".toml") {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  for (const fs::path& file : found) {
    stems.push_back(file.stem().string());
    files.push_back(file);
  }
}

// As the user may write it: relative where it lies below the working directory.
std::string as_typed(const fs::path& file) {
  const fs::path relative = absolute_path(file).lexically_relative(working_directory());
  return relative.empty() || *relative.begin() == ".." ? file.string() : relative.string();
}

}  // namespace

void check_scenario_file(const std::string& given) {
  std::error_code ignored;
  const fs::path path = given;
  if (fs::exists(path, ignored) && !fs::is_directory(path, ignored)) {
    return;
  }
  std::vector<std::string> stems;
  std::vector<fs::path> files;
  add_scenarios(path.has_parent_path() ? path.parent_path() : fs::path("."), stems, files);
  add_scenarios(scenario::data_root() / "scenarios", stems, files);
  const std::string wanted = path.extension() == ".toml" ? path.stem().string() : path.filename().string();
  auto found = std::find(stems.begin(), stems.end(), wanted);
  if (found == stems.end()) {
    found = std::find(stems.begin(), stems.end(), nearest_name(wanted, stems));
  }
  const std::string remedy =
      found == stems.end()
          ? "`cutlink init FILE` writes one to start from, scenarios/ holds some that run as they are"
          : "did you mean " + as_typed(files[static_cast<std::size_t>(found - stems.begin())]) + "?";
  usage_error(fmt::format(
      "{}: {}; {}", given,
      fs::is_directory(path, ignored) ? "a directory, not a scenario file (TOML)" : "no such scenario file",
      remedy));
}

scenario::Scenario load(const ScenarioOptions& options) {
  check_scenario_file(options.file);
  scenario::Overrides overrides = options.overrides;
  if (!options.link.empty()) {
    overrides.push_back("link=" + options.link);
  }
  scenario::Scenario scenario = scenario::load_scenario(options.file, overrides);
  if (!options.output.empty()) {
    scenario.output = options.output;
  }
  return scenario;
}

std::string without_force(std::string command_line) {
  constexpr std::string_view flag = " --force";
  if (const std::size_t at = command_line.find(flag); at != std::string::npos) {
    command_line.erase(at, flag.size());
  }
  return command_line;
}

namespace {

std::uint64_t parse_seed(const std::string& word, const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), seed);
  if (word.empty() || error != std::errc() || end != word.data() + word.size()) {
    usage_error(fmt::format("--seeds {}: \"{}\" is no seed (write 1,2,3 or 1-3)", text, word));
  }
  if (seed > train::max_seed) {
    usage_error(fmt::format("--seeds {}: {} is beyond the largest seed, {}", text, word, train::max_seed));
  }
  return seed;
}

}  // namespace

std::vector<std::uint64_t> parse_seeds(const std::string& text) {
  constexpr std::uint64_t most = 1000;
  std::vector<std::uint64_t> seeds;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    const std::string word = text.substr(begin, comma - begin);
    const std::size_t dash = word.find('-');
    const std::uint64_t first = parse_seed(word.substr(0, dash), text);
    const std::uint64_t last = dash == std::string::npos ? first : parse_seed(word.substr(dash + 1), text);
    if (last < first || last - first >= most) {
      usage_error(fmt::format("--seeds {}: \"{}\" is no range of at most {} seeds", text, word, most));
    }
    for (std::uint64_t seed = first; seed <= last; ++seed) {
      if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end()) {
        usage_error(fmt::format("--seeds {}: {} is named twice", text, seed));
      }
      seeds.push_back(seed);
    }
    begin = comma + 1;
  }
  return seeds;
}

}  // namespace cutlink::cli
