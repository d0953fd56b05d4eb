// The keys of a link's description, one table for files and short forms alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

struct LinkField {
  std::string group;    // "fixed", "wifi" (keys of that kind) or "tcp"
  std::string key;      // as in a file; the group "tcp" is a table there
  std::string allowed;  // for people, with an example of the unit
  // Reads the value from text. Throws Error(usage) that quotes the text and says how to write it.
  void (*set)(LinkSpec& spec, std::string_view text);
};

[[nodiscard]] const std::vector<LinkField>& link_fields();
// nullptr where the group has no such key.
[[nodiscard]] const LinkField* find_link_field(std::string_view group, std::string_view key);
// "did you mean mcs? allowed: standard, width, …" for a key that none of the groups has.
[[nodiscard]] std::string known_keys_hint(const std::vector<std::string>& groups, std::string_view key);
// `rate`, `trace` and `loss` stand for both directions: throws Error(usage) where one is given beside `up` or
// `down`, `trace_up` and so on.
void refuse_double_rate(const std::vector<std::string>& keys, const std::string& where);

// A link that cannot be: the key at fault and what is allowed instead.
struct LinkFault {
  std::string key, message;
};
[[nodiscard]] std::optional<LinkFault> find_link_fault(const LinkSpec& spec);

}  // namespace cutlink::netsim
