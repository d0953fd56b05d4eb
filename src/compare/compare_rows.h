// The figures of one row of a comparison, from its runs.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "compare/compare_cells.h"

namespace cutlink::compare {

// What all rows of a comparison share.
struct RowBasis {
  run::WorkTimes work{};                    // the reference's
  netsim::LinkSpec link;                    // that is simulated
  std::uint32_t first_step = 0;             // of the figures
  std::map<std::uint64_t, double> targets;  // of the time to a loss, a seed each
};

// cells: at least one. The means are over the finished ones. Without the ratios, which need the reference's
// figures.
[[nodiscard]] RowFigures row_figures(const std::vector<Cell>& cells, const RowBasis& basis);

// Against the reference's figures.
void add_ratios(RowFigures& row, const RowFigures& reference);

}  // namespace cutlink::compare
