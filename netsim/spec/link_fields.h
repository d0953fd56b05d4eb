// The keys of a link's description, one table for files and short forms alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

inline constexpr const char* tcp_group = "tcp";

struct LinkField {
  std::string group;    // a kind of link, for the keys of that kind alone, or tcp_group
  std::string key;      // as in a file; the group "tcp" is a table there
  std::string allowed;  // for people, with an example of the unit
  // Reads the value from text, into a link of the group's kind. Throws Error(usage) that quotes the text and
  // says how to write it.
  void (*set)(LinkSpec& spec, std::string_view text);
};

[[nodiscard]] const std::vector<LinkField>& link_fields();
// nullptr if the group has no such key.
[[nodiscard]] const LinkField* find_link_field(std::string_view group, std::string_view key);
// "did you mean mcs? allowed: standard, width, …" for a key that none of the groups has.
[[nodiscard]] std::string known_keys_hint(const std::vector<std::string>& groups, std::string_view key);
// `rate`, `trace` and `loss` set both directions: throws Error(usage) if one is given beside `up` or `down`,
// `trace_up` and so on.
void refuse_double_rate(const std::vector<std::string>& keys, const std::string& where);

// Why a link cannot exist: the key at fault and what is allowed instead.
struct LinkFault {
  std::string key, message;
};
[[nodiscard]] std::optional<LinkFault> find_link_fault(const LinkSpec& link);

}  // namespace cutlink::netsim
