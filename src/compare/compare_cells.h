// The runs of a comparison as they lie in its directory, by the row that each belongs to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "compare/compare.h"
#include "record/run_record.h"

namespace cutlink::compare {

struct Cell {
  record::RunRecord run;
  bool finished = false;   // else only run.json was read
  bool reference = false;  // of the row that all others are compared with
};

// Place in the table, name, codecs: a scenario that changed leaves runs of other rows with the same place.
using RowKey = std::tuple<std::uint32_t, std::string, std::string, std::string>;
using Cells = std::map<RowKey, std::vector<Cell>>;

// only: null, or whose rows and seeds alone are read, in its order; it says which row is the reference then,
// else the runs do. Throws Error(usage) if there is no run directory, one is damaged, or the runs are not of
// one comparison (another scenario, world, model or data, two reference rows).
// A cell is a row and a seed, once: of several directories with the same one, that which has the cell's name counts;
// the others are named in not_counted. Throws Error(usage) if none has it.
[[nodiscard]] Cells read_cells(const std::filesystem::path& directory, const CompareRequest* only,
                               std::vector<std::string>& not_counted);

}  // namespace cutlink::compare
