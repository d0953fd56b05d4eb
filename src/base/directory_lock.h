// A directory that one process at a time may write in.
#pragma once

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace cutlink {

// Holds `directory` for as long as the result lives; none where somebody else holds it, here or in another
// process. The kernel lets it go with the process, however that ends; where a file system knows no locks, it
// goes without. Throws Error(kind) where the directory cannot be opened.
[[nodiscard]] std::optional<FileDescriptor> lock_directory(const std::filesystem::path& directory,
                                                           ErrorKind kind);

}  // namespace cutlink
