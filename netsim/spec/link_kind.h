// What each kind of link is called: in a file's `kind`, before the colon of a short form, and in run.json.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

// "fixed" or "wifi".
[[nodiscard]] std::string kind_of(const LinkSpec& link);
// The kind's default settings; nullopt if no kind is called so.
[[nodiscard]] std::optional<Bottleneck> find_kind(std::string_view kind);
// All kinds, for messages, each in the text that `prefix` and `suffix` put around it: "fixed:… or wifi:…".
[[nodiscard]] std::string known_kinds(std::string_view prefix, std::string_view suffix);

}  // namespace cutlink::netsim
