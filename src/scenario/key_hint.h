// "Did you mean …" for names that a user wrote.
#pragma once

#include <string>
#include <vector>

namespace cutlink::scenario {

// ` (did you mean "x"?)`, or nothing. Knows that `lr` means `train.lr`.
[[nodiscard]] std::string hint_for(const std::string& given, const std::vector<std::string>& names);

}  // namespace cutlink::scenario
