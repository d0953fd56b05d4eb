// steps.csv: one row a step. The columns are described in COLUMNS.md.
#pragma once

#include "base/records.h"
#include "record/csv_file.h"

namespace cutlink::record {

template <>
std::span<const CsvColumn<StepRow>> csv_columns<StepRow>();

using StepsCsv = CsvFile<StepRow>;

}  // namespace cutlink::record
