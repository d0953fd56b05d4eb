#include "record/run_json.h"

#include "base/file_io.h"
#include "base/regular_file.h"
#include "record/json_fields.h"

namespace cutlink::record {

namespace {
constexpr std::uint64_t max_run_json = 10'000'000;
}

void write_run_json(const std::filesystem::path& directory, const RunInfo& info) {
  replace_file(directory / "run.json",
               to_json(info).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::optional<RunInfo> read_run_json(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / "run.json";
  if (!is_there(file)) {
    return std::nullopt;
  }
  return run_info_of(parse_json(read_regular_file(file, max_run_json), file.string()), file.string());
}

}  // namespace cutlink::record
