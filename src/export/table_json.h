// A table as JSON, with where it comes from.
#pragma once

#include <string>

#include "export/table.h"
#include "record/json_object.h"

namespace cutlink::exporter {

// {"context": …, "columns": [{"key","name","unit"}…], "rows": [{key: value…}…]}. context: the provenance
// (version, commit, command line, seeds, host, date, …). Nothing, and a number that is not finite, is null.
[[nodiscard]] std::string table_to_json(const Table& table, const record::JsonObject& context);

}  // namespace cutlink::exporter
