// run.json: what a run was, how far it came, and what came out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/world_kind.h"
#include "netsim/spec/link_spec.h"
#include "record/evaluation.h"
#include "record/json_object.h"
#include "record/run_summary.h"
#include "scenario/device_profile.h"
#include "scenario/scenario.h"

namespace cutlink::record {

inline constexpr int run_schema_version = 1;

struct HostInfo {
  std::string name, system, machine, cpu;
  std::uint32_t cores = 0;
};

struct ModelInfo {
  std::string path;
  std::uint64_t hidden = 0, blocks = 0, heads = 0, kv_heads = 0, head_dim = 0, intermediate = 0,
                vocabulary = 0;
  std::string stored_dtype;
};

struct DataInfo {
  std::uint64_t examples = 0, truncated = 0, dropped = 0, tokens = 0, label_tokens = 0, longest_tokens = 0;
};
struct DataInfos {
  std::optional<DataInfo> train;  // none: the run had no such data
  std::optional<DataInfo> eval;
};

// A link as link_record.h keeps it, and what it amounts to. Older files have no kind and no settings.
struct LinkInfo {
  std::string name, description, kind;
  JsonObject settings, sources;
  std::string describe;
  double goodput_up_bps = 0.0, goodput_down_bps = 0.0;
};

struct DeviceInfos {
  scenario::DeviceProfile client, server;
};

// Which numbers are counted, modelled, simulated, measured or assumed, in words.
struct FigureInfo {
  std::string bytes, modelled_bytes, link_times, compute_times;
  std::optional<std::string> shaped_lacks;
};

enum class Status : std::uint8_t { running, finished, interrupted, failed };
[[nodiscard]] const char* name_of(Status status);
// False if the text names none.
[[nodiscard]] bool named(const std::string& text, Status& status);

// The keys of run.json in their order. Most keys may be missing in a file: they are then as here.
struct RunInfo {
  Status status = Status::running;  // always there
  std::string name;                 // of the scenario
  std::string row;                  // of a comparison
  std::uint32_t row_index = 0;
  bool reference = false;
  train::CodecSet codecs;  // always there
  std::uint64_t seed = 0;
  std::string hash;    // always there: of the scenario (COLUMNS.md)
  std::string inputs;  // "": before there were fingerprints
  std::string version, commit, command, started;
  HostInfo host;
  std::uint32_t threads = 1;
  ScenarioKeys scenario;               // always there: every key as resolved
  ModelInfo model;                     // always there
  DataInfos data;                      // always there
  LinkInfo link;                       // always there
  std::optional<WorldKind> world;      // none: before there was a choice, so simulated
  std::string compute;                 // described
  std::optional<DeviceInfos> devices;  // null if compute was measured
  std::uint32_t hold_begins = 0;
  FigureInfo figures;
  std::optional<std::string> peer;    // the connection, described; real sockets only
  std::optional<std::string> server;  // the server in its own words
  std::optional<std::uint32_t> resumed_at_step;
  std::optional<std::string> error;  // why it failed
  // Known once a run has ended, in whichever way; all of them or none.
  std::optional<std::uint64_t> steps_done;
  std::optional<std::uint64_t> padding_rows_avoided;
  std::vector<Evaluation> evaluations;
  std::optional<RunSummary> summary;
};

[[nodiscard]] nlohmann::ordered_json to_json(const RunInfo& info);
// file: named in messages. Throws Error(usage) with file, key and what is wrong if the JSON is none of
// cutlink's, is of another schema, or says "finished" and lacks what a finished run has.
[[nodiscard]] RunInfo run_info_of(const nlohmann::ordered_json& json, const std::string& file);

// The world that a run was in.
[[nodiscard]] inline WorldKind world_of(const RunInfo& info) {
  return info.world.value_or(WorldKind::simulated);
}

// Whether the numbers of both are the same, or neither has any.
[[nodiscard]] bool same_devices(const std::optional<DeviceInfos>& a, const std::optional<DeviceInfos>& b);

// A link as run.json keeps it.
[[nodiscard]] LinkInfo link_info(const netsim::LinkSpec& spec, const netsim::Link& made);
// Whether `link` was kept of a link with just these settings.
[[nodiscard]] bool same_settings(const LinkInfo& link, const netsim::LinkSpec& spec);
// The other way. Throws Error(usage), beginning with `file`, if a setting is missing or of another type.
[[nodiscard]] netsim::LinkSpec link_spec_of(const LinkInfo& link, const std::string& file);

// The scenario that a run.json records, checked again. Throws Error(usage).
[[nodiscard]] scenario::Scenario scenario_of(const RunInfo& info, const std::filesystem::path& directory);

}  // namespace cutlink::record
