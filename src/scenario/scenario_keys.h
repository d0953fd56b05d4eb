// The table of a scenario's keys: parser, `--set`, run.json, `cutlink init` and scenarios/KEYS.md all read
// it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "scenario/scenario.h"
#include "scenario/scenario_value.h"

namespace cutlink::scenario {

struct KeySpec {
  std::string name;     // "train.lr"
  std::string allowed;  // what may be written, for people
  std::string meaning;
  bool identity = true;  // decides the results: part of a run's hash
  // anchor: the directory that relative paths belong to.
  std::function<void(Scenario&, const Value&, const std::filesystem::path& anchor)> set;
  std::function<Value(const Scenario&)> get;
};

[[nodiscard]] const std::vector<KeySpec>& scenario_keys();
// Throws Error(usage) with the nearest name where there is no such key.
[[nodiscard]] const KeySpec& find_key(const std::string& name, const std::string& where);

}  // namespace cutlink::scenario
