#include "run/scenario_value.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"

namespace cutlink::run {

namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
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

void refuse(const Value& value, const std::string& key, const std::string& why) {
  usage_error(fmt::format("{}: {} {}: {}", value.where, key, value.to_toml(), why));
}

std::string as_text(const Value& value, const std::string& key) {
  if (const auto* text = std::get_if<std::string>(&value.data)) {
    return *text;
  }
  refuse(value, key, "write text in quotes");
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

}  // namespace cutlink::run
