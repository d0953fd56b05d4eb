// run.json: what a run was, how far it came, and what came out.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "scenario/scenario.h"

namespace cutlink::record {

inline constexpr int run_schema_version = 1;

void write_run_json(const std::filesystem::path& directory, const nlohmann::ordered_json& json);
// None where there is no run.json. Throws Error(usage) where it is not one of ours or of another schema.
[[nodiscard]] std::optional<nlohmann::ordered_json> read_run_json(const std::filesystem::path& directory);

// The scenario that a run.json records, checked again. Throws Error(usage).
[[nodiscard]] scenario::Scenario scenario_of(const nlohmann::ordered_json& run,
                                             const std::filesystem::path& directory);

}  // namespace cutlink::record
