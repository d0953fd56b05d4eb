#include "scenario/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/file_io.h"
#include "base/rng.h"
#include "base/text/utf8.h"
#include "scenario/comparison_rows.h"
#include "scenario/key_hint.h"
#include "scenario/scenario_keys.h"
#include "scenario/toml_text.h"

namespace cutlink::scenario {

namespace {

namespace fs = std::filesystem;

// Far above any real scenario; keeps a mistaken `cutlink run model.safetensors` from being read whole.
constexpr std::uint64_t max_scenario_bytes = 1'000'000;

class Loader {
 public:
  Loader(Scenario& scenario, std::string file, fs::path anchor)
      : scenario_(scenario), file_(std::move(file)), anchor_(std::move(anchor)) {}

  void table(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      if (name == "compare") {
        scenario_.rows = compare_rows(node, file_);
      } else if (const auto* inner = node.as_table()) {
        known_table(name, *inner);
      } else {
        assign(name, node);
      }
    }
  }

  // `key=value` of --set: the value as TOML, else as plain text.
  void override_with(const std::string& text) {
    if (valid_utf8_prefix(text) != text.size()) {  // a file's text is checked by its parser
      usage_error(
          fmt::format("--set {}: not UTF-8: write the value as a UTF-8 text", shown(to_valid_utf8(text))));
    }
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (name.empty()) {
      usage_error(fmt::format("--set {}: write --set key=value, e.g. --set train.steps=10", shown(text)));
    }
    not_a_table(name);
    if (equals == std::string::npos) {
      usage_error(fmt::format("--set {}: no value: write --set {}=VALUE (allowed: {})", shown(text),
                              shown(text), find_key(name, "--set").allowed));
    }
    const std::string given = text.substr(equals + 1);
    const KeySpec& key = find_key(name, "--set");
    std::optional<Value> value;
    try {
      const toml::table parsed = parse_toml("v = " + given, "--set");
      value = to_value(*parsed.get("v"), "--set");
    } catch (const Error&) {
      value.reset();
    }
    // `--set model.path=nan` means text, whatever TOML makes of it.
    const bool wants_text = std::holds_alternative<std::string>(key.get(scenario_).data);
    if (!value || (wants_text && !std::holds_alternative<std::string>(value->data))) {
      value = Value{given, "--set"};
    }
    key.set(scenario_, *value, anchor_);
    places_[name] = "--set";
  }

  [[nodiscard]] bool saw(const std::string& key) const { return places_.contains(key); }
  // Where the key was written last: "demo.toml:14" or "--set"; the file where it was not.
  [[nodiscard]] std::string place(const std::string& key) const {
    const auto at = places_.find(key);
    return at == places_.end() ? file_ : at->second;
  }

 private:
  // `--set split=1.5.0`: a table has keys, each set by itself.
  static void not_a_table(const std::string& name) {
    std::string keys;
    for (const KeySpec& key : scenario_keys()) {
      if (key.name.starts_with(name + ".")) {
        keys += (keys.empty() ? "" : ", ") + key.name;
      }
    }
    if (!keys.empty()) {
      usage_error(fmt::format(
          "--set {}: a table, not a key: set one of its keys ({}), each by a --set of its own", name, keys));
    }
  }

  void known_table(const std::string& name, const toml::table& inner) {
    const std::vector<std::string> tables = table_names();
    if (std::find(tables.begin(), tables.end(), name) == tables.end()) {
      const std::string where = place_of(file_, inner);
      for (const KeySpec& key : scenario_keys()) {
        if (key.name == name) {
          usage_error(fmt::format("{}: {}: a key, not a table: write {} = … (allowed: {})", where, name,
                                  name.substr(name.find('.') + 1), key.allowed));
        }
      }
      usage_error(fmt::format("{}: unknown table [{}]{}; scenarios/KEYS.md lists all keys", where,
                              shown(name), hint_for(name, tables)));
    }
    table(inner, name + ".");
  }

  static std::vector<std::string> table_names() {
    std::vector<std::string> tables;
    for (const KeySpec& key : scenario_keys()) {
      const std::size_t dot = key.name.find('.');
      if (dot != std::string::npos) {
        tables.push_back(key.name.substr(0, dot));
      }
    }
    return tables;
  }

  void assign(const std::string& name, const toml::node& node) {
    const std::string where = place_of(file_, node);
    const std::vector<std::string> tables = table_names();
    if (std::find(tables.begin(), tables.end(), name) != tables.end()) {
      usage_error(fmt::format("{}: {}: a table: write [{}] once, and its keys below", where, name, name));
    }
    const KeySpec& key = find_key(name, where);
    const std::optional<Value> value = to_value(node, where);
    if (!value) {
      usage_error(fmt::format("{}: {}: neither text, number, true/false nor a list of texts (allowed: {})",
                              where, name, key.allowed));
    }
    key.set(scenario_, *value, anchor_);
    places_[name] = where;
  }

  Scenario& scenario_;
  std::string file_;
  fs::path anchor_;
  std::map<std::string, std::string> places_;
};

// What only holds between keys.
void check_whole(Scenario& s, const Loader& loader, const std::string& file) {
  for (const char* needed : {"model.path", "data.train", "data.eval"}) {
    if (!loader.saw(needed)) {
      usage_error(
          fmt::format("{}: {} is missing (allowed: {})", file, needed, find_key(needed, file).allowed));
    }
  }
  if (s.train.split.shape == train::SplitSpec::Shape::vanilla && s.train.split.top != 0) {
    usage_error(fmt::format(
        "{}: split.top {}: the vanilla split has no blocks above (write 0, or split.shape = \"u\")",
        loader.place("split.top"), s.train.split.top));
  }
  if (s.prompt.text.find("{question}") == std::string::npos) {
    usage_error(
        fmt::format("{}: data.prompt \"{}\": no {{question}} in it, so that all examples would ask the "
                    "same; write e.g. \"Question: {{question}}\\nAnswer: {{answer}}\"",
                    loader.place("data.prompt"), shown(s.prompt.text)));
  }
  s.prompt.max_length = s.train.max_length;
  if (s.rows.empty()) {
    s.rows.push_back({"bf16", {"bf16", "bf16"}, true});
    if (s.train.codecs.activation != "bf16" || s.train.codecs.gradient != "bf16") {
      s.rows.push_back({s.train.codecs.activation + " / " + s.train.codecs.gradient, s.train.codecs, false});
    }
  }
  const bool marked =
      std::any_of(s.rows.begin(), s.rows.end(), [](const CompareRow& r) { return r.reference; });
  if (!marked) {
    s.rows.front().reference = true;
  }
}

}  // namespace

Scenario parse_scenario(const std::string& text, const fs::path& file, const Overrides& overrides) {
  Scenario scenario;
  Loader loader(scenario, file.string(), file.has_parent_path() ? file.parent_path() : fs::path("."));
  loader.table(parse_toml(text, file.string()), "");
  for (const std::string& override_text : overrides) {
    loader.override_with(override_text);
  }
  if (!loader.saw("name") && file.has_stem()) {
    scenario.name = file.stem().string();
  }
  check_whole(scenario, loader, file.string());
  return scenario;
}

Scenario load_scenario(const fs::path& file, const Overrides& overrides) {
  return parse_scenario(read_text_file(file, max_scenario_bytes), file, overrides);
}

std::vector<std::pair<std::string, std::string>> identity_of(const Scenario& scenario) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const KeySpec& key : scenario_keys()) {
    if (key.identity) {
      all.emplace_back(key.name, key.get(scenario).to_toml());
    }
  }
  return all;
}

std::string hash_of(const Scenario& scenario) {
  std::string text;
  for (const auto& [key, value] : identity_of(scenario)) {
    text += key + " = " + value + "\n";
  }
  return fmt::format("{:016x}", hash_name(text));
}

}  // namespace cutlink::scenario
