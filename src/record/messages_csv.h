// messages.csv: one row a message. The columns are described in COLUMNS.md.
#pragma once

#include "base/records.h"
#include "record/csv_file.h"

namespace cutlink::record {

template <>
std::span<const CsvColumn<MessageRow>> csv_columns<MessageRow>();

using MessagesCsv = CsvFile<MessageRow>;

}  // namespace cutlink::record
