// What others wrote, as a message shows it.
#pragma once

#include <string>
#include <string_view>

namespace cutlink {

// Whether a terminal may act on the character in place of showing it: below 0x20, or 0x7f.
[[nodiscard]] constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// The same with control characters escaped: \n, \t, \u001b.
[[nodiscard]] std::string on_one_line(std::string_view text);

}  // namespace cutlink
