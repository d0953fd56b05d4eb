#include "record/run_json.h"

#include <fmt/format.h>

#include <vector>

#include "base/error.h"
#include "base/file_io.h"
#include "scenario/data_root.h"
#include "scenario/scenario_keys.h"

namespace cutlink::record {

namespace {

using Json = nlohmann::ordered_json;
constexpr std::uint64_t max_run_json = 10'000'000;

scenario::Value from_json(const Json& json, const std::string& where) {
  if (json.is_string()) {
    return {json.get<std::string>(), where};
  }
  if (json.is_boolean()) {
    return {json.get<bool>(), where};
  }
  if (json.is_number_integer()) {
    return {json.get<std::int64_t>(), where};
  }
  if (json.is_number()) {
    return {json.get<double>(), where};
  }
  std::vector<std::string> items;
  for (const Json& item : json) {
    items.push_back(item.is_string() ? item.get<std::string>() : item.dump());
  }
  return {items, where};
}

}  // namespace

void write_run_json(const std::filesystem::path& directory, const Json& json) {
  replace_file(directory / "run.json", json.dump(2) + "\n");
}

std::optional<Json> read_run_json(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / "run.json";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return std::nullopt;
  }
  Json json = Json::parse(read_text_file(file, max_run_json), nullptr, false);
  if (json.is_discarded() || !json.is_object() || !json.contains("schema") || !json.contains("status") ||
      !json.contains("hash") || !json.contains("scenario") || !json["link"].is_object()) {
    usage_error(
        fmt::format("{}: not a run.json of cutlink (remove it, or name another directory)", file.string()));
  }
  if (json["schema"] != run_schema_version) {
    usage_error(fmt::format("{}: schema {} is not known to this version, which writes {}", file.string(),
                            json["schema"].dump(), run_schema_version));
  }
  return json;
}

scenario::Scenario scenario_of(const Json& run, const std::filesystem::path& directory) {
  scenario::Scenario scenario;
  const std::string where = (directory / "run.json").string();
  for (const auto& [name, value] : run["scenario"].items()) {
    // Presets and profiles may have changed or gone since: what the run was made with stands in run.json.
    if (name == "link") {
      scenario.link = value.get<std::string>();
    } else if (name == "compute") {
      scenario.compute = value.get<std::string>();
    } else {
      scenario::find_key(name, where).set(scenario, from_json(value, where), scenario::data_root());
    }
  }
  scenario.prompt.max_length = scenario.train.max_length;
  scenario.rows.push_back({run.value("row", std::string()), scenario.train.codecs, true});
  return scenario;
}

}  // namespace cutlink::record
