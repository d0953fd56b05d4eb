// A table as Markdown, for people.
#pragma once

#include <string>

#include "export/table.h"

namespace cutlink::exporter {

// GitHub's pipe tables: columns padded to equal width, numbers to the right and rounded to their column's
// decimals, the unit behind the name: "up (bytes)". Nothing is an empty cell.
[[nodiscard]] std::string table_to_markdown(const Table& table);

}  // namespace cutlink::exporter
