// run.json: what a run was, how far it came, and what came out.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "run/runner.h"

namespace cutlink::run {

inline constexpr int run_schema_version = 1;

// Everything about a run that is known before its first step.
[[nodiscard]] nlohmann::ordered_json describe_run(const RunRequest& request, const Assets& assets);

// Host, cores, CPU, as far as the operating system tells.
[[nodiscard]] nlohmann::ordered_json describe_host();

// The link that the ledger plays messages over: the request's, or what comes nearest to a real one.
[[nodiscard]] netsim::LinkSpec model_link(const RunRequest& request, const Assets& assets);

void write_run_json(const std::filesystem::path& directory, const nlohmann::ordered_json& json);
// None where there is no run.json. Throws Error(usage) where it is not one of ours or of another schema.
[[nodiscard]] std::optional<nlohmann::ordered_json> read_run_json(const std::filesystem::path& directory);

// What differs between the run that a run.json records and this one, for people; null where they are the
// same.
[[nodiscard]] const char* changed_since(const nlohmann::ordered_json& earlier, const RunRequest& request,
                                        const Assets& assets);

// The scenario that a run.json records, checked again. Throws Error(usage).
[[nodiscard]] Scenario scenario_of(const nlohmann::ordered_json& run, const std::filesystem::path& directory);

}  // namespace cutlink::run
