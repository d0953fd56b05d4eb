// "Did you mean …" for names that a user wrote.
#pragma once

#include <string>
#include <vector>

namespace cutlink::run {

// ` (did you mean "x"?)`, or nothing. Knows that `lr` means `train.lr`.
[[nodiscard]] std::string hint_for(const std::string& given, const std::vector<std::string>& names);

}  // namespace cutlink::run
