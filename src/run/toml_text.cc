#include "run/toml_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace cutlink::run {

namespace {

// toml++ bounds how deep values nest, but not how deep `a.a.a…` does: each dot is a table inside a table, and
// a table is destroyed by recursion. Far above any file of ours, far below what a stack holds.
constexpr std::size_t most_dots = 1000;

// Where the text of a string or comment that begins at `at` ends; `at` where none begins there.
std::size_t skip_text(std::string_view toml, std::size_t at) {
  const char mark = toml[at];
  if (mark == '#') {
    return std::min(toml.find('\n', at), toml.size());
  }
  if (mark != '"' && mark != '\'') {
    return at;
  }
  const std::string three(3, mark);
  const bool multi_line = toml.substr(at).starts_with(three);
  const std::string_view end = multi_line ? std::string_view(three) : toml.substr(at, 1);
  for (at += end.size(); at < toml.size() && !toml.substr(at).starts_with(end); ++at) {
    if (toml[at] == '\n' && !multi_line) {
      return at;  // not closed: the parser says so
    }
    at += toml[at] == '\\' && mark == '"' ? 1 : 0;
  }
  return std::min(at + end.size(), toml.size());
}

void check_dots(std::string_view toml, const std::string& file) {
  std::size_t dots = 0;
  std::size_t line = 1;
  for (std::size_t at = 0; at < toml.size();) {
    const std::size_t end = skip_text(toml, at);
    if (end > at) {
      line += static_cast<std::size_t>(std::count(toml.begin() + static_cast<std::ptrdiff_t>(at),
                                                  toml.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
      at = end;
      continue;
    }
    line += toml[at] == '\n' ? 1 : 0;
    dots += toml[at] == '.' ? 1 : 0;
    if (dots > most_dots) {
      usage_error(fmt::format("{}:{}: more than {} dots outside of texts: no file of ours nests so deep",
                              file, line, most_dots));
    }
    ++at;
  }
}

}  // namespace

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
  check_dots(text, file);
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    const std::string why(error.description());
    usage_error(fmt::format("{}:{}: not TOML: {}{}", file, error.source().begin.line, why,
                            why.find("utf-8") == std::string::npos ? "" : " (save it as a UTF-8 text)"));
  }
}

}  // namespace cutlink::run
