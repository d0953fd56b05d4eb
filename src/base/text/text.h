// Small helpers for messages to people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cutlink {

// The candidate that `word` most likely meant, by edit distance (a swap of neighbours counts once, case does
// not count); the first of equals. Empty where none is near enough to be worth suggesting.
[[nodiscard]] std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

// "a, b, c" for the separator ", ".
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace cutlink
