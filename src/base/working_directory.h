// The working directory, which may have been removed since somebody went there.
#pragma once

#include <filesystem>

namespace cutlink {

// Both throw Error(usage) with the cause if there is none.
[[nodiscard]] std::filesystem::path working_directory();
// From the root on, without "." and "..". Links stay.
[[nodiscard]] std::filesystem::path absolute_path(const std::filesystem::path& path);

}  // namespace cutlink
