// widths.csv: one row for every wire width that changed. The columns are described in COLUMNS.md.
#pragma once

#include "base/records.h"
#include "record/csv_file.h"

namespace cutlink::record {

template <>
std::span<const CsvColumn<WidthRow>> csv_columns<WidthRow>();

using WidthsCsv = CsvFile<WidthRow>;

}  // namespace cutlink::record
