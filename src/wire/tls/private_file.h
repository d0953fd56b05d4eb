// Files that hold a secret: read only where nobody but their owner may read them.
#pragma once

#include <filesystem>
#include <string>

namespace cutlink::wire {

// All bytes of a regular file. Throws Error(usage) where it cannot be read, others than its owner may touch
// it, or it is no regular file or longer than max_bytes; `otherwise` then follows the path, as in "not a
// key".
[[nodiscard]] std::string read_private_file(const std::filesystem::path& file, std::size_t max_bytes,
                                            const char* otherwise);

}  // namespace cutlink::wire
