// Files in a directory that somebody else may have filled: only regular files are opened. A pipe would block
// for ever, a device may have no end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file_descriptor.h"

namespace cutlink {

// Whether there is something at `path`, a link that leads nowhere not counted. Throws Error(usage) with path
// and cause if that cannot be told: no access, a loop of symbolic links.
[[nodiscard]] bool is_there(const std::filesystem::path& path);

// Open for reading. Throws Error(usage) with path and cause, also if it is no regular file.
[[nodiscard]] FileDescriptor open_regular(const std::filesystem::path& path);

// The whole file, or its first `bytes` (fewer if it is shorter). Both throw as open_regular(); the first one
// refuses files above max_bytes.
[[nodiscard]] std::string read_regular_file(const std::filesystem::path& path, std::uint64_t max_bytes);
[[nodiscard]] std::string read_beginning(const std::filesystem::path& path, std::size_t bytes);

// The next bytes of a file, at most `bytes`; empty at its end. Throws as the descriptor does.
[[nodiscard]] std::string read_piece(const FileDescriptor& file, std::size_t bytes);

// The paths of what a directory holds, in the order of their names. What cannot be listed is empty: no
// directory, no access. Never throws a std::filesystem exception.
[[nodiscard]] std::vector<std::filesystem::path> entries_of(const std::filesystem::path& directory);

}  // namespace cutlink
