// A table as JSON, with where it comes from.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "export/table.h"

namespace cutlink::exporter {

// {"context": …, "columns": [{"key","name","unit"}…], "rows": [{key: value…}…]}. context: the provenance
// (version, commit, command line, seeds, host, date, …). Nothing, and a number that is not finite, is null.
[[nodiscard]] std::string table_to_json(const Table& table, const nlohmann::ordered_json& context);

}  // namespace cutlink::exporter
