// A link from a TOML file; the format is described in scenarios/links/README.md.
#pragma once

#include <string>
#include <string_view>

#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

// text: the file's content; file: its name for messages. Sets all but LinkSpec::name.
// Throws Error(usage) "FILE:LINE: KEY: what, and what is allowed".
[[nodiscard]] LinkSpec parse_link_toml(std::string_view text, const std::string& file);

}  // namespace cutlink::netsim
