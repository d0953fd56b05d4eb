// run.json as JSON that a test may damage.
#pragma once

#include <filesystem>

#include "base/file_io.h"
#include "record/json_fields.h"

namespace cutlink::record {

// The run.json of a directory as it stands there, and put there whatever it says.
inline Json raw_run_json(const std::filesystem::path& directory) {
  return Json::parse(read_text_file(directory / "run.json", 10'000'000));
}
inline void put_raw_run_json(const std::filesystem::path& directory, const Json& json) {
  replace_file(directory / "run.json", json.dump(2) + "\n");
}

}  // namespace cutlink::record
