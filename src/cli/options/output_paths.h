// Places that a user names for results, checked before the work that fills them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace cutlink::cli {

// Throws Error(usage) if `directory` cannot be made, is there and cannot be written to, or has a name that is not UTF-8.
// Nothing stays behind. option: what named it, e.g. "--output".
void check_output_directory(const std::filesystem::path& directory, const std::string& option);

// "-" as the name of a file is standard output, for both that follow.

// Throws Error(usage) where no file `file` can be written. Its directory must be there. A link stands for
// what it points to.
void check_output_file(const std::filesystem::path& file, const std::string& option);

// Replaces a file that passed; what is there and is none (a device, a pipe) is written to and stays. Throws
// Error(run) with path and cause.
void write_output_file(const std::filesystem::path& file, std::string_view text);

}  // namespace cutlink::cli
