// The runs of a comparison as they lie in its directory, by the row that each belongs to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "compare/compare.h"
#include "record/run_summary.h"

namespace cutlink::compare {

struct Cell {
  record::RunRecord run;
  bool finished = false;
};

// Place in the table, name, codecs: a scenario that changed leaves runs of other rows with the same place.
using RowKey = std::tuple<std::uint32_t, std::string, std::string, std::string>;
using Cells = std::map<RowKey, std::vector<Cell>>;

// only: null, or whose rows and seeds alone are read, in its order. Throws Error(usage) where there is no run
// directory, or runs are not of one comparison (another scenario, world, model or data).
[[nodiscard]] Cells read_cells(const std::filesystem::path& directory, const CompareRequest* only);

}  // namespace cutlink::compare
