// What others wrote, as a message shows it.
#pragma once

#include <string>
#include <string_view>

namespace cutlink {

// The same with control characters escaped: \n, \t, \u001b.
[[nodiscard]] std::string on_one_line(std::string_view text);

}  // namespace cutlink
