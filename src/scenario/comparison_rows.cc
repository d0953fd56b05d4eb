#include "scenario/comparison_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "codecs/registry.h"
#include "scenario/key_hint.h"
#include "scenario/scenario_value.h"
#include "scenario/toml_text.h"

namespace cutlink::scenario {

namespace {

std::string checked_codec(const Value& value, const std::string& key) {
  const std::string text = as_text(value, key);
  try {
    return codecs::make_codec(text)->spec();
  } catch (const Error& error) {
    usage_error(fmt::format("{}: {}: {}", value.where, key, on_one_line(error.what())));
  }
}

CompareRow one_row(const toml::table& table, const std::string& file) {
  static const std::vector<std::string> names = {"name", "activation", "gradient", "reference"};
  CompareRow row;
  bool has_activation = false;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const std::string where = place_of(file, node);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      usage_error(
          fmt::format("{}: unknown key \"{}\" in [[compare]]{}; allowed: name, activation, gradient, "
                      "reference",
                      where, shown(name), hint_for(name, names)));
    }
    const std::optional<Value> value = to_value(node, where);
    if (!value) {
      usage_error(fmt::format("{}: compare.{}: write text in quotes", where, name));
    }
    const std::string full = "compare." + name;
    if (name == "reference") {
      row.reference = as_flag(*value, full);
    } else if (name == "name") {
      row.name = as_name(*value, full);
    } else if (name == "activation") {
      row.codecs.activation = checked_codec(*value, full);
      has_activation = true;
    } else {
      row.codecs.gradient = checked_codec(*value, full);
    }
  }
  if (!has_activation) {
    usage_error(place_of(file, table) + ": [[compare]] needs an activation codec");
  }
  if (row.name.empty()) {
    row.name = row.codecs.activation + " / " + row.codecs.gradient;
  }
  return row;
}

}  // namespace

std::vector<CompareRow> compare_rows(const toml::node& node, const std::string& file) {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->empty() || !list->is_homogeneous(toml::node_type::table)) {
    usage_error(place_of(file, node) + ": compare: write [[compare]] once for every row");
  }
  std::vector<CompareRow> rows;
  std::set<std::string> names;
  bool referenced = false;
  for (const toml::node& item : *list) {
    CompareRow row = one_row(*item.as_table(), file);
    if (!names.insert(row.name).second) {
      usage_error(
          fmt::format("{}: compare.name \"{}\": another row has it (give every row a name of its own)",
                      place_of(file, item), shown(row.name)));
    }
    if (row.reference && referenced) {
      usage_error(place_of(file, item) +
                  ": compare.reference true: another row says so (allowed: one; the first where none does)");
    }
    referenced = referenced || row.reference;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace cutlink::scenario
