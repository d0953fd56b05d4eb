// A comparison as a person reads it.
#pragma once

#include <string>

#include "compare/compare.h"
#include "export/table.h"
#include "record/run_summary.h"

namespace cutlink::cli {

// The table of src/DESIGN.md §7 with its title and footer lines, without the verdict.
[[nodiscard]] std::string comparison_text(const compare::Comparison& comparison,
                                          const std::string& directory);
// The same figures, all columns, for --export-csv, --export-json and --export-markdown.
[[nodiscard]] exporter::Table comparison_table(const compare::Comparison& comparison);

// "U 2·26·2" or "vanilla 2·28"; blocks 0: of an unknown model.
[[nodiscard]] std::string split_text(const train::SplitSpec& split, std::size_t blocks);
// Columns that a terminal needs for UTF-8 text.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace cutlink::cli
