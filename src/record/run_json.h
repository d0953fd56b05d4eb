// The file run.json of a run directory.
#pragma once

#include <filesystem>
#include <optional>

#include "record/run_info.h"

namespace cutlink::record {

// Bytes that are not UTF-8 (of a path, of a host's name) become U+FFFD. Throws Error(run) with path and
// cause.
void write_run_json(const std::filesystem::path& directory, const RunInfo& info);

// None if there is no run.json. Throws Error(usage) as run_info_of(), and if it is no regular file.
[[nodiscard]] std::optional<RunInfo> read_run_json(const std::filesystem::path& directory);

}  // namespace cutlink::record
