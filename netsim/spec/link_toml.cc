#include "netsim/spec/link_toml.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <map>

#include "base/text/one_line.h"
#include "base/text/toml_dots.h"
#include "netsim/spec/link_fields.h"
#include "netsim/spec/link_kind.h"

namespace cutlink::netsim {
namespace {

// Reads one file; remembers the line of every key for what is found wrong later.
class LinkFile {
 public:
  LinkFile(std::string_view text, const std::string& file) : file_(file) {
    check_toml_dots(text, file);
    try {
      root_ = toml::parse(text, file);
    } catch (const toml::parse_error& error) {
      usage_error(fmt::format("{}:{}: {}", file, error.source().begin.line, error.description()));
    }
  }

  LinkSpec read() {
    LinkSpec spec;
    spec.bottleneck = read_kind();
    kind_ = kind_of(spec);
    for (const auto& [key, node] : root_) {
      read_top(spec, std::string(key.str()), node);
    }
    refuse_double_rate(keys_, at("rate"));
    if (const auto fault = find_link_fault(spec)) {
      usage_error(at(fault->key) + fault->message);
    }
    return spec;
  }

 private:
  [[nodiscard]] std::string at_line(const std::string& key, toml::source_index line) const {
    return line == 0 ? fmt::format("{}: {}: ", file_, key) : fmt::format("{}:{}: {}: ", file_, line, key);
  }
  [[nodiscard]] std::string at(const std::string& key) const {
    auto found = lines_.find(key);
    if (found == lines_.end() && (key == "up" || key == "down")) {
      found = lines_.find("rate");
    }
    return at_line(key, found == lines_.end() ? 0 : found->second);
  }
  static toml::source_index line_of(const toml::node& node) { return node.source().begin.line; }

  [[nodiscard]] Bottleneck read_kind() const {
    const toml::node* node = root_.get("kind");
    if (node == nullptr) {
      usage_error(file_ + ": kind: missing (write " + known_kinds("kind = \"", "\"") + ")");
    }
    auto kind = find_kind(node->value<std::string>().value_or(""));
    if (!kind) {
      usage_error(at_line("kind", line_of(*node)) + "must be " + known_kinds("\"", "\""));
    }
    return *std::move(kind);
  }

  void read_top(LinkSpec& spec, const std::string& key, const toml::node& node) {
    if (key == "kind") {
      return;
    }
    if (key == "description") {
      spec.description = read_text(key, node);
    } else if (key == "tcp") {
      for (const auto& [name, value] : read_table(key, node)) {
        read_field(spec, tcp_group, std::string(name.str()), value);
      }
    } else if (key == "sources") {
      for (const auto& [name, value] : read_table(key, node)) {
        read_source(spec, std::string(name.str()), value);
      }
    } else {
      read_field(spec, kind_, key, node);
    }
  }

  void read_field(LinkSpec& spec, const std::string& group, const std::string& key, const toml::node& node) {
    const LinkField* field = find_link_field(group, key);
    if (field == nullptr) {
      const std::string more =
          group == tcp_group ? " (in [tcp])" : ", description, [tcp], [sources] (kind " + kind_ + ")";
      usage_error(at_line(key, line_of(node)) + "unknown key; " + known_keys_hint({group}, key) + more);
    }
    lines_[key] = line_of(node);
    keys_.push_back(key);
    try {
      field->set(spec, as_text(*field, node));
    } catch (const Error& error) {
      usage_error(at(key) + error.what());
    }
  }

  // What the short form would write: the setters know text only.
  static std::string as_text(const LinkField& field, const toml::node& node) {
    if (const auto* text = node.as_string()) {
      return text->get();
    }
    if (const auto* number = node.as_integer()) {
      return std::to_string(number->get());
    }
    if (const auto* truth = node.as_boolean()) {
      return truth->get() ? "true" : "false";
    }
    usage_error("not a text, whole number or truth value; allowed: " + field.allowed);
  }

  [[nodiscard]] std::string read_text(const std::string& key, const toml::node& node) const {
    const auto* text = node.as_string();
    if (text == nullptr) {
      usage_error(at_line(key, line_of(node)) + "must be a text in quotes");
    }
    return text->get();
  }
  [[nodiscard]] const toml::table& read_table(const std::string& key, const toml::node& node) const {
    const auto* table = node.as_table();
    if (table == nullptr) {
      usage_error(at_line(key, line_of(node)) + "must be a table, [" + key + "]");
    }
    return *table;
  }

  void read_source(LinkSpec& spec, const std::string& key, const toml::node& node) const {
    if (find_link_field(kind_, key) == nullptr && find_link_field(tcp_group, key) == nullptr) {
      usage_error(at_line(key, line_of(node)) + "a source of an unknown key; " +
                  known_keys_hint({kind_, tcp_group}, key));
    }
    spec.sources.push_back({.key = key, .text = read_text(key, node)});
  }

  std::string file_;
  std::string kind_;
  toml::table root_;
  std::map<std::string, toml::source_index> lines_;
  std::vector<std::string> keys_;
};

}  // namespace

LinkSpec parse_link_toml(std::string_view text, const std::string& file) {
  try {
    return LinkFile(text, file).read();
  } catch (const Error& error) {  // quotes keys and values of the file
    usage_error(on_one_line(error.what()));
  }
}

}  // namespace cutlink::netsim
