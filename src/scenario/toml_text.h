// TOML of users: parsed with errors that name file and line.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>

#include "scenario/scenario_value.h"

namespace cutlink::scenario {

// Throws Error(usage): `FILE:LINE: not TOML: why`.
[[nodiscard]] toml::table parse_toml(std::string_view text, const std::string& file);

// "FILE:LINE" of what was written there.
[[nodiscard]] std::string place_of(const std::string& file, const toml::node& node);

// A scalar or list of texts as a Value; none for tables, dates and mixed lists.
[[nodiscard]] std::optional<Value> to_value(const toml::node& node, const std::string& where);

}  // namespace cutlink::scenario
