// The rows of a comparison as a scenario writes them: [[compare]].
#pragma once

#include <toml++/toml.h>

#include <string>
#include <vector>

#include "scenario/scenario.h"

namespace cutlink::scenario {

// At least one row; at most one is the reference. Throws Error(usage) with file, line, key and what is
// allowed.
[[nodiscard]] std::vector<CompareRow> compare_rows(const toml::node& node, const std::string& file);

}  // namespace cutlink::scenario
