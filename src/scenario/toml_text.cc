#include "scenario/toml_text.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text/toml_dots.h"

namespace cutlink::scenario {

std::string place_of(const std::string& file, const toml::node& node) {
  return fmt::format("{}:{}", file, node.source().begin.line);
}

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

toml::table parse_toml(std::string_view text, const std::string& file) {
  check_toml_dots(text, file);
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    const std::string why = on_one_line(error.description());  // it quotes the file
    usage_error(fmt::format("{}:{}: not TOML: {}{}", file, error.source().begin.line, why,
                            why.find("utf-8") == std::string::npos ? "" : " (save it as a UTF-8 text)"));
  }
}

}  // namespace cutlink::scenario
