// The page that lists all keys of a scenario.
#pragma once

#include <string>

namespace cutlink::scenario {

// scenarios/KEYS.md, whole: from the table that the parser uses.
[[nodiscard]] std::string keys_page();

}  // namespace cutlink::scenario
