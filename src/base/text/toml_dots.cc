#include "base/text/toml_dots.h"

#include <algorithm>

#include "base/error.h"

namespace cutlink {

namespace {

// toml++ bounds how deep values nest, but not how deep `a.a.a…` does: each dot is a table inside a table, and
// a table is destroyed by recursion. Far above any file of ours, far below what a stack holds.
constexpr std::size_t max_dots = 1000;

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

}  // namespace

void check_toml_dots(std::string_view toml, const std::string& file) {
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
    if (dots > max_dots) {
      usage_error(file + ":" + std::to_string(line) + ": more than " + std::to_string(max_dots) +
                  " dots outside of texts: no file of ours nests so deep");
    }
    ++at;
  }
}

}  // namespace cutlink
