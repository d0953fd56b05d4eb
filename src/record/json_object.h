// JSON as structs keep it. The JSON library's own types take seconds to compile, so no header holds one.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scenario/scenario_value.h"

namespace cutlink::record {

// A JSON object as text on one line, its keys in their order, as the JSON library writes it. Two that hold the same in
// the same order are equal.
struct JsonObject {
  std::string text = "{}";
  bool operator==(const JsonObject&) const = default;
};

using ScenarioKeys = std::vector<std::pair<std::string, scenario::Value>>;  // in the order of run.json

// The scenario's value as JSON has it: "text", 3, 0.5, true, ["a","b"].
[[nodiscard]] std::string value_text(const scenario::Value& value);

}  // namespace cutlink::record
