// A table as CSV.
#pragma once

#include <string>

#include "export/table.h"

namespace cutlink::exporter {

// RFC 4180: a header of keys (name and unit), then the rows; nothing is an empty field.
[[nodiscard]] std::string table_to_csv(const Table& table);

}  // namespace cutlink::exporter
