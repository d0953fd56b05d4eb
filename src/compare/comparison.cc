#include <algorithm>

#include "compare/compare.h"

namespace cutlink::compare {

const RowFigures& Comparison::reference() const {
  return *std::find_if(rows.begin(), rows.end(), [](const RowFigures& row) { return row.reference; });
}

}  // namespace cutlink::compare
