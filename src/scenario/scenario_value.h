// A scenario's value before it is checked: what was written, and where.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/text/one_line.h"

namespace cutlink::scenario {

struct Value {
  std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>> data;
  std::string where;  // "demo.toml:14", "--set", "run.json"

  // As TOML writes it: "text", 3, 0.5, true, ["a", "b"].
  [[nodiscard]] std::string to_toml() const;
};

// What a user wrote as a message shows it: on one line, the first 100 bytes.
[[nodiscard]] std::string shown(const std::string& text);

// Throws Error(usage): `WHERE: KEY VALUE: why`.
[[noreturn]] void refuse(const Value& value, const std::string& key, const std::string& why);

// The value as the wanted type; throws by refuse() where it is none or outside [least, most].
[[nodiscard]] std::string as_text(const Value& value, const std::string& key);
// Text for a table's cell: at most 100 bytes, no control characters.
[[nodiscard]] std::string as_name(const Value& value, const std::string& key);
[[nodiscard]] std::int64_t as_count(const Value& value, const std::string& key, std::int64_t least,
                                    std::int64_t most);
[[nodiscard]] double as_real(const Value& value, const std::string& key, double least, double most);
[[nodiscard]] bool as_flag(const Value& value, const std::string& key);
[[nodiscard]] std::vector<std::string> as_list(const Value& value, const std::string& key);

}  // namespace cutlink::scenario
