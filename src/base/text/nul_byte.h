// The JSON library takes a NUL byte for the end of its text, and reads nothing behind it.
#pragma once

#include <string>
#include <string_view>

namespace cutlink {

// Throws Error(usage), beginning with `where`, if there is a NUL byte in `text`: no JSON has one.
void refuse_nul(std::string_view text, const std::string& where);

}  // namespace cutlink
