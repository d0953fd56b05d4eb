// A link's settings as run.json keeps them, so that a table can be made again when the preset has changed or
// is not there any more.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "netsim/spec/link_spec.h"

namespace cutlink::record {

// Every setting in base units, with its source if the preset names one.
[[nodiscard]] nlohmann::ordered_json link_json(const netsim::LinkSpec& link);

// Reads what link_json() wrote. Throws Error(usage), beginning with `where`, if the kind is not known, or a
// setting is missing or of another type.
[[nodiscard]] netsim::LinkSpec link_of(const nlohmann::ordered_json& json, const std::string& where);

}  // namespace cutlink::record
