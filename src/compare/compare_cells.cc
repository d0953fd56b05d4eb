#include "compare/compare_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/regular_file.h"
#include "record/run_json.h"

namespace cutlink::compare {

namespace {

namespace fs = std::filesystem;

// What a run is in the table.
struct Place {
  RowKey key;
  bool reference = false;
};

// None: the run is not one of `only`.
std::optional<Place> place_of(const record::RunInfo& info, const CompareRequest* only) {
  const auto& [activation, gradient] = info.codecs;
  if (only == nullptr) {
    return Place{{info.row_index, info.row, activation, gradient}, info.reference};
  }
  const std::vector<scenario::CompareRow>& rows = only->scenario.rows;
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const scenario::CompareRow& candidate) {
    return candidate.name == info.row && candidate.codecs.activation == info.codecs.activation &&
           candidate.codecs.gradient == info.codecs.gradient;
  });
  if (row == rows.end() ||
      std::find(only->seeds.begin(), only->seeds.end(), info.seed) == only->seeds.end()) {
    return std::nullopt;
  }
  return Place{{static_cast<std::uint32_t>(row - rows.begin()), info.row, activation, gradient},
               row->reference};
}

[[noreturn]] void refuse_pair(const record::RunRecord& a, const record::RunRecord& b,
                              const std::string& why) {
  usage_error(fmt::format("{} and {} are not of one comparison: {}", a.directory.string(),
                          b.directory.string(), why));
}

// Keys of a scenario that the rows of one comparison share.
std::map<std::string, std::string> shared_keys(const record::RunInfo& info) {
  std::map<std::string, std::string> keys;
  for (const auto& [key, value] : info.scenario) {
    const bool own = key == "seed" || key == "codec" || key == "gradient" || key == "output" ||
                     key == "name" || key == "checkpoint.every" || key == "metrics.margin" ||
                     key == "metrics.target_loss";
    if (!own) {
      keys[key] = record::value_text(value);
    }
  }
  return keys;
}

void check_same_scenario(const record::RunRecord& first, const record::RunRecord& other) {
  if (first.info.inputs != other.info.inputs) {
    refuse_pair(first, other,
                "the model or the data changed between them (`cutlink compare … --force` runs all rows "
                "again)");
  }
  if (world_of(first.info) != world_of(other.info)) {
    refuse_pair(first, other,
                fmt::format("their worlds are {} and {}", name_of(world_of(first.info)),
                            name_of(world_of(other.info))));
  }
  const auto a = shared_keys(first.info);
  const auto b = shared_keys(other.info);
  for (const auto& [key, value] : a) {
    const auto found = b.find(key);
    if (found == b.end() || found->second != value) {
      refuse_pair(first, other,
                  fmt::format("{} is {} and {}", key, value, found == b.end() ? "missing" : found->second));
    }
  }
}

// One row is the reference, for all of its seeds. Which one would the others be compared with?
void check_one_reference(const Cells& cells) {
  const RowKey* key_of_reference = nullptr;
  const Cell* reference = nullptr;
  for (const auto& [key, row] : cells) {
    for (const Cell& cell : row) {
      if (cell.reference != row.front().reference) {
        refuse_pair(row.front().run, cell.run, "only one of them says that its row is the reference");
      }
      if (cell.reference && reference != nullptr && key != *key_of_reference) {
        refuse_pair(reference->run, cell.run, "both say that their row is the reference");
      }
      if (cell.reference) {
        key_of_reference = &key;
        reference = &cell;
      }
    }
  }
}

// Of a run, or of a comparison's runs.
std::vector<fs::path> run_directories(const fs::path& directory) {
  std::vector<fs::path> folders;
  if (is_there(directory / "run.json")) {
    folders.push_back(directory);
  }
  for (const fs::path& entry : entries_of(directory)) {
    std::error_code ignored;  // a loop of links is no directory
    if (fs::is_directory(entry, ignored) && is_there(entry / "run.json")) {
      folders.push_back(entry);
    }
  }
  if (folders.empty()) {
    usage_error(
        fmt::format("{}: no run directory in it (a directory with run.json, written by `cutlink run` or "
                    "`cutlink compare`)",
                    directory.string()));
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

// Of a run that is not finished only run.json.
record::RunRecord load_cell(const fs::path& folder, const record::RunInfo& info) {
  if (info.status == record::Status::finished) {
    return record::load_finished_run(folder, info);
  }
  record::RunRecord run;
  run.directory = folder;
  run.info = info;
  return run;
}

// Of several directories with one seed the one with the cell's own name stays.
void drop_copies(std::vector<Cell>& row, std::vector<std::string>& not_counted) {
  const auto is_in_place = [](const Cell& cell) {
    return cell.run.directory.filename() == cell_name(cell.run.info.row, cell.run.info.seed);
  };
  std::vector<Cell> kept;
  for (const Cell& cell : row) {
    const std::uint64_t seed = cell.run.info.seed;
    const auto same_seed = [&](const Cell& other) { return other.run.info.seed == seed; };
    if (std::ranges::count_if(row, same_seed) == 1 || is_in_place(cell)) {
      kept.push_back(cell);
      continue;
    }
    const auto proper =
        std::ranges::find_if(row, [&](const Cell& other) { return same_seed(other) && is_in_place(other); });
    if (proper == row.end()) {
      const auto twin = std::ranges::find_if(row, [&](const Cell& other) {
        return same_seed(other) && other.run.directory != cell.run.directory;
      });
      usage_error(fmt::format("{} and {} are the same row and seed: move one of them away, or call one {}",
                              cell.run.directory.string(), twin->run.directory.string(),
                              cell_name(cell.run.info.row, seed)));
    }
    not_counted.push_back(fmt::format("{}: the same row and seed as {}",
                                      cell.run.directory.filename().string(),
                                      proper->run.directory.filename().string()));
  }
  row = std::move(kept);
}

}  // namespace

// Here, not beside what runs the cells: `cutlink` uses this and is linked without LibTorch.
std::string cell_name(const std::string& row, std::uint64_t seed) {
  std::string name;
  for (const char c : row) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.';
    if (plain) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (name.ends_with('-')) {
    name.pop_back();
  }
  return fmt::format("{}-s{}", name.empty() ? "row" : name, seed);
}

Cells read_cells(const fs::path& directory, const CompareRequest* only,
                 std::vector<std::string>& not_counted) {
  Cells cells;
  for (const fs::path& folder : run_directories(directory)) {
    const std::optional<record::RunInfo> info = record::read_run_json(folder);
    const std::optional<Place> place = info ? place_of(*info, only) : std::nullopt;
    if (place) {
      cells[place->key].push_back(
          {load_cell(folder, *info), info->status == record::Status::finished, place->reference});
    }
  }
  for (auto& [key, row] : cells) {
    drop_copies(row, not_counted);
  }
  const record::RunRecord* first = nullptr;
  for (const auto& [key, row] : cells) {
    for (const Cell& cell : row) {
      first = first == nullptr ? &cell.run : first;
      check_same_scenario(*first, cell.run);
    }
  }
  check_one_reference(cells);
  return cells;
}

}  // namespace cutlink::compare
