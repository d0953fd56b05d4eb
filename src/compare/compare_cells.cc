#include "compare/compare_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "record/run_json.h"

namespace cutlink::compare {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// None: the run is not one of `only`.
std::optional<RowKey> key_of(const Json& info, const CompareRequest* only) {
  const auto name = info.value("row", std::string());
  const auto activation = info["codecs"]["activation"].get<std::string>();
  const auto gradient = info["codecs"]["gradient"].get<std::string>();
  if (only == nullptr) {
    return RowKey{info.value("row_index", 0U), name, activation, gradient};
  }
  const std::vector<scenario::CompareRow>& rows = only->scenario.rows;
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const scenario::CompareRow& candidate) {
    return candidate.name == name && candidate.codecs.activation == activation &&
           candidate.codecs.gradient == gradient;
  });
  const auto seed = info.value("seed", std::uint64_t{0});
  if (row == rows.end() || std::find(only->seeds.begin(), only->seeds.end(), seed) == only->seeds.end()) {
    return std::nullopt;
  }
  return RowKey{static_cast<std::uint32_t>(row - rows.begin()), name, activation, gradient};
}

// Keys of a scenario that the rows of one comparison share.
std::map<std::string, std::string> shared_keys(const Json& info) {
  std::map<std::string, std::string> keys;
  for (const auto& [key, value] : info["scenario"].items()) {
    const bool own = key == "seed" || key == "codec" || key == "gradient" || key == "output" ||
                     key == "name" || key == "checkpoint.every";
    if (!own) {
      keys[key] = value.dump();
    }
  }
  return keys;
}

void check_same_scenario(const record::RunRecord& first, const record::RunRecord& other) {
  const auto world_of = [](const record::RunRecord& run) {
    return run.info.value("world", std::string("simulated"));
  };
  if (world_of(first) != world_of(other)) {
    usage_error(fmt::format("{} and {} are not of one comparison: their worlds are {} and {}",
                            first.directory.string(), other.directory.string(), world_of(first),
                            world_of(other)));
  }
  const auto a = shared_keys(first.info);
  const auto b = shared_keys(other.info);
  for (const auto& [key, value] : a) {
    const auto found = b.find(key);
    if (found == b.end() || found->second != value) {
      usage_error(fmt::format("{} and {} are not of one comparison: {} is {} and {}",
                              first.directory.string(), other.directory.string(), key, value,
                              found == b.end() ? "missing" : found->second));
    }
  }
}

}  // namespace

Cells read_cells(const fs::path& directory, const CompareRequest* only) {
  std::error_code error;
  std::vector<fs::path> folders;
  if (fs::exists(directory / "run.json", error)) {
    folders.push_back(directory);
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    if (entry.is_directory() && fs::exists(entry.path() / "run.json")) {
      folders.push_back(entry.path());
    }
  }
  if (folders.empty()) {
    usage_error(
        fmt::format("{}: no run directory in it (a directory with run.json, written by `cutlink run` or "
                    "`cutlink compare`)",
                    directory.string()));
  }
  std::sort(folders.begin(), folders.end());
  Cells cells;
  const record::RunRecord* first = nullptr;
  for (const fs::path& folder : folders) {
    const Json info = *record::read_run_json(folder);
    const std::optional<RowKey> key = key_of(info, only);
    if (!key) {
      continue;
    }
    Cell cell;
    cell.finished = info["status"] == "finished";
    if (cell.finished) {
      cell.run = record::load_finished_run(folder, info);
    } else {
      cell.run.directory = folder;
      cell.run.info = info;
    }
    cells[*key].push_back(std::move(cell));
  }
  for (const auto& [index, row] : cells) {
    for (const Cell& cell : row) {
      if (first == nullptr) {
        first = &cell.run;
      }
      if (first->info.value("inputs", std::string()) != cell.run.info.value("inputs", std::string())) {
        usage_error(
            fmt::format("{} and {} are not of one comparison: the model or the data changed between them "
                        "(`cutlink compare … --force` runs all rows again)",
                        first->directory.string(), cell.run.directory.string()));
      }
      check_same_scenario(*first, cell.run);
    }
  }
  return cells;
}

}  // namespace cutlink::compare
