#include "scenario/scenario_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace cutlink::scenario {

namespace {

constexpr std::size_t max_shown = 100;  // bytes of a message that are the user's

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (is_control(c)) {
      out += on_one_line({&c, 1});
    } else {
      out += (c == '"' || c == '\\' ? "\\" : "");
      out += c;
    }
  }
  return out + "\"";
}

// Cut before a byte that begins a character, so that the rest is UTF-8 still.
std::string clipped(const std::string& text) {
  if (text.size() <= max_shown) {
    return text;
  }
  std::size_t end = max_shown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return text.substr(0, end) + "…";
}

struct TomlText {
  std::string operator()(const std::string& v) const { return quoted(v); }
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(double v) const {
    // {} is the shortest text that reads back as the same double; TOML wants a point or an exponent.
    std::string text = fmt::format("{}", v);
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
  }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(const std::vector<std::string>& v) const {
    std::string out = "[";
    for (const std::string& item : v) {
      out += (out.size() > 1 ? ", " : "") + quoted(item);
    }
    return out + "]";
  }
};

}  // namespace

std::string Value::to_toml() const { return std::visit(TomlText{}, data); }

std::string shown(const std::string& text) { return clipped(on_one_line(text)); }

void refuse(const Value& value, const std::string& key, const std::string& why) {
  usage_error(fmt::format("{}: {} {}: {}", value.where, key, clipped(value.to_toml()), why));
}

std::string as_text(const Value& value, const std::string& key) {
  if (const auto* text = std::get_if<std::string>(&value.data)) {
    return *text;
  }
  refuse(value, key, "write text in quotes");
}

std::string as_name(const Value& value, const std::string& key) {
  const std::string text = as_text(value, key);
  if (text.size() > max_shown || std::any_of(text.begin(), text.end(), is_control)) {
    refuse(value, key,
           fmt::format("no name (allowed: up to {} bytes without control characters)", max_shown));
  }
  return text;
}

std::int64_t as_count(const Value& value, const std::string& key, std::int64_t least, std::int64_t most) {
  const auto* count = std::get_if<std::int64_t>(&value.data);
  if (count == nullptr) {
    refuse(value, key, fmt::format("write a whole number from {} to {}", least, most));
  }
  if (*count < least || *count > most) {
    refuse(value, key, fmt::format("out of range (allowed: {} to {})", least, most));
  }
  return *count;
}

double as_real(const Value& value, const std::string& key, double least, double most) {
  double real = 0.0;
  if (const auto* whole = std::get_if<std::int64_t>(&value.data)) {
    real = static_cast<double>(*whole);
  } else if (const auto* given = std::get_if<double>(&value.data)) {
    real = *given;
  } else {
    refuse(value, key, fmt::format("write a number from {} to {}", least, most));
  }
  if (!(real >= least && real <= most)) {
    refuse(value, key, fmt::format("out of range (allowed: {} to {})", least, most));
  }
  return real;
}

bool as_flag(const Value& value, const std::string& key) {
  if (const auto* flag = std::get_if<bool>(&value.data)) {
    return *flag;
  }
  refuse(value, key, "write true or false");
}

std::vector<std::string> as_list(const Value& value, const std::string& key) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value.data)) {
    return *list;
  }
  refuse(value, key, "write a list of texts such as [\"q_proj\", \"v_proj\"]");
}

}  // namespace cutlink::scenario
