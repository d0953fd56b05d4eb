// A bound that every TOML text from outside passes before it is parsed.
#pragma once

#include <string>
#include <string_view>

namespace cutlink {

// Throws Error(usage) "FILE:LINE: …" where more dots stand outside of texts and comments than any file of
// ours has: the parser makes a table of each, inside the one before, and destroys them by recursion.
void check_toml_dots(std::string_view toml, const std::string& file);

}  // namespace cutlink
