#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/file_io.h"
#include "base/rng.h"
#include "codecs/registry.h"
#include "run/key_hint.h"
#include "run/scenario.h"
#include "run/scenario_keys.h"

namespace cutlink::run {

namespace {

namespace fs = std::filesystem;

// Far above any real scenario; keeps a mistaken `cutlink run model.safetensors` from being read whole.
constexpr std::uint64_t max_scenario_bytes = 1'000'000;

std::string where_of(const std::string& file, const toml::node& node) {
  return fmt::format("{}:{}", file, node.source().begin.line);
}

// A TOML scalar or list of texts as a Value; none for tables, dates and mixed lists.
std::optional<Value> to_value(const toml::node& node, const std::string& where) {
  if (const auto* text = node.as_string()) {
    return Value{text->get(), where};
  }
  if (const auto* whole = node.as_integer()) {
    return Value{whole->get(), where};
  }
  if (const auto* real = node.as_floating_point()) {
    return Value{real->get(), where};
  }
  if (const auto* flag = node.as_boolean()) {
    return Value{flag->get(), where};
  }
  if (const auto* list = node.as_array()) {
    std::vector<std::string> items;
    for (const toml::node& item : *list) {
      if (const auto* text = item.as_string()) {
        items.push_back(text->get());
      } else {
        return std::nullopt;
      }
    }
    return Value{items, where};
  }
  return std::nullopt;
}

class Loader {
 public:
  Loader(Scenario& scenario, std::string file, fs::path anchor)
      : scenario_(scenario), file_(std::move(file)), anchor_(std::move(anchor)) {}

  void table(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      if (name == "compare") {
        rows(node);
      } else if (const auto* inner = node.as_table()) {
        known_table(name, *inner);
      } else {
        assign(name, node);
      }
    }
  }

  // `key=value` of --set: the value as TOML, else as plain text.
  void override_with(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      usage_error(fmt::format("--set {}: write --set key=value, e.g. --set train.steps=10", text));
    }
    const std::string name = text.substr(0, equals);
    const std::string given = text.substr(equals + 1);
    const KeySpec& key = find_key(name, "--set");
    std::optional<Value> value;
    try {
      const toml::table parsed = toml::parse("v = " + given);
      value = to_value(*parsed.get("v"), "--set");
    } catch (const toml::parse_error&) {
      value.reset();
    }
    // `--set model.path=nan` means text, whatever TOML makes of it.
    const bool wants_text = std::holds_alternative<std::string>(key.get(scenario_).data);
    if (!value || (wants_text && !std::holds_alternative<std::string>(value->data))) {
      value = Value{given, "--set"};
    }
    key.set(scenario_, *value, anchor_);
    seen_.insert(name);
  }

  [[nodiscard]] bool saw(const std::string& key) const { return seen_.contains(key); }

 private:
  void known_table(const std::string& name, const toml::table& inner) {
    std::vector<std::string> tables;
    for (const KeySpec& key : scenario_keys()) {
      const std::size_t dot = key.name.find('.');
      if (dot != std::string::npos) {
        tables.push_back(key.name.substr(0, dot));
      }
    }
    if (std::find(tables.begin(), tables.end(), name) == tables.end()) {
      usage_error(fmt::format("{}: unknown table [{}]{}; scenarios/KEYS.md lists all keys",
                              where_of(file_, inner), name, hint_for(name, tables)));
    }
    table(inner, name + ".");
  }

  void assign(const std::string& name, const toml::node& node) {
    const std::string where = where_of(file_, node);
    const KeySpec& key = find_key(name, where);
    const std::optional<Value> value = to_value(node, where);
    if (!value) {
      usage_error(fmt::format("{}: {}: neither text, number, true/false nor a list of texts (allowed: {})",
                              where, name, key.allowed));
    }
    key.set(scenario_, *value, anchor_);
    seen_.insert(name);
  }

  void rows(const toml::node& node) {
    const toml::array* list = node.as_array();
    if (list == nullptr || list->empty() || !list->is_homogeneous(toml::node_type::table)) {
      usage_error(where_of(file_, node) + ": compare: write [[compare]] once for every row");
    }
    for (const toml::node& item : *list) {
      scenario_.rows.push_back(row(*item.as_table()));
    }
  }

  CompareRow row(const toml::table& table) const {
    static const std::vector<std::string> names = {"name", "activation", "gradient", "reference"};
    CompareRow row;
    bool has_activation = false;
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      const std::string where = where_of(file_, node);
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        usage_error(
            fmt::format("{}: unknown key \"{}\" in [[compare]]{}; allowed: name, activation, gradient, "
                        "reference",
                        where, name, hint_for(name, names)));
      }
      const std::optional<Value> value = to_value(node, where);
      if (!value) {
        usage_error(fmt::format("{}: compare.{}: write text in quotes", where, name));
      }
      const std::string full = "compare." + name;
      if (name == "reference") {
        row.reference = as_flag(*value, full);
      } else if (name == "name") {
        row.name = as_text(*value, full);
      } else {
        std::string spec;
        try {
          spec = codecs::make_codec(as_text(*value, full))->spec();
        } catch (const Error& error) {
          // as_text() has said where already; a codec does not know.
          const std::string text = error.what();
          usage_error(text.starts_with(where) ? text : fmt::format("{}: {}: {}", where, full, text));
        }
        (name == "activation" ? row.codecs.activation : row.codecs.gradient) = spec;
        has_activation = has_activation || name == "activation";
      }
    }
    if (!has_activation) {
      usage_error(where_of(file_, table) + ": [[compare]] needs an activation codec");
    }
    if (row.name.empty()) {
      row.name = row.codecs.activation + " / " + row.codecs.gradient;
    }
    return row;
  }

  Scenario& scenario_;
  std::string file_;
  fs::path anchor_;
  std::set<std::string> seen_;
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
        "{}: split.top {}: the vanilla split has no blocks above (write 0, or split.shape = \"u\")", file,
        s.train.split.top));
  }
  s.prompt.max_length = s.train.max_length;
  if (s.rows.empty()) {
    s.rows.push_back({"bf16", {"bf16", "bf16"}, true});
    if (s.train.codecs.activation != "bf16" || s.train.codecs.gradient != "bf16") {
      s.rows.push_back({s.train.codecs.activation + " / " + s.train.codecs.gradient, s.train.codecs, false});
    }
  }
  std::set<std::string> names;
  for (const CompareRow& row : s.rows) {
    if (!names.insert(row.name).second) {
      usage_error(fmt::format("{}: two [[compare]] rows are named \"{}\"", file, row.name));
    }
  }
  const auto marked =
      std::count_if(s.rows.begin(), s.rows.end(), [](const CompareRow& r) { return r.reference; });
  if (marked > 1) {
    usage_error(file + ": more than one [[compare]] row says reference = true");
  }
  if (marked == 0) {
    s.rows.front().reference = true;
  }
}

}  // namespace

Scenario parse_scenario(const std::string& text, const fs::path& file, const Overrides& overrides) {
  Scenario scenario;
  Loader loader(scenario, file.string(), file.has_parent_path() ? file.parent_path() : fs::path("."));
  try {
    loader.table(toml::parse(text), "");
  } catch (const toml::parse_error& error) {
    usage_error(
        fmt::format("{}:{}: not TOML: {}", file.string(), error.source().begin.line, error.description()));
  }
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

}  // namespace cutlink::run
