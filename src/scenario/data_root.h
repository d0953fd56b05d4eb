// Where things lie that a scenario names: presets, models, data.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cutlink::scenario {

// The directory that holds scenarios/links: $CUTLINK_ROOT, else the nearest one upwards of the working
// directory, else of the executable; the working directory where there is none.
[[nodiscard]] std::filesystem::path data_root();

// `path` as it is found: absolute, beside `anchor` (a directory), under the working directory, or under the
// data root; where nothing exists, the path beside the data root, so that an error names the likeliest place.
[[nodiscard]] std::filesystem::path resolve_path(const std::filesystem::path& path,
                                                 const std::filesystem::path& anchor);

// How a path is recorded: relative to the data root where it lies inside, else absolute.
[[nodiscard]] std::string portable_path(const std::filesystem::path& path);

// Directories of link presets and of device profiles.
[[nodiscard]] std::vector<std::filesystem::path> link_directories();
[[nodiscard]] std::filesystem::path profile_directory();
// A scenario's link as netsim::load_link takes it: a TOML file by its path, all else as it is.
[[nodiscard]] std::string link_argument(const std::string& link);

// GSM8K's file for "train" or "test": PART.jsonl as it is published, or gsm8k_PART.jsonl, in $CUTLINK_GSM8K
// where that is set, else in data/gsm8k under the data root. Where neither is there, the path of the first,
// for the error.
[[nodiscard]] std::filesystem::path gsm8k_file(const std::string& part);

}  // namespace cutlink::scenario
