#include "codecs/codec_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/text/text.h"

namespace cutlink::codecs {
namespace {

std::vector<std::string> strings(std::span<const std::string_view> names) {
  return {names.begin(), names.end()};
}

}  // namespace

std::vector<std::string_view> spec_parts(std::string_view spec) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < spec.size(); ++i) {
    const bool in_number = i + 1 < spec.size() && spec[i + 1] >= '0' && spec[i + 1] <= '9';
    if (spec[i] == '+' && !in_number) {
      parts.push_back(spec.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(spec.substr(begin));
  return parts;
}

SpecParams::SpecParams(std::string_view text, std::string_view whole) : whole_(whole) {
  if (text.find_first_of(" \t\r\n") != std::string_view::npos) {
    refuse("a spec has no spaces (write name:key=value,key=value)");
  }
  const std::size_t colon = text.find(':');
  name_ = text.substr(0, colon);
  if (name_.empty()) {
    refuse("a codec's name is missing (write name:key=value,key=value)");
  }
  if (colon == std::string_view::npos) {
    return;
  }
  std::string_view rest = text.substr(colon + 1);
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == item.size()) {
      refuse(fmt::format("'{}' is not key=value (write {}:key=value,key=value)", item, name_));
    }
    const std::string key(item.substr(0, equals));
    if (has(key)) {
      refuse("parameter " + key + " is given twice");
    }
    values_.emplace_back(key, item.substr(equals + 1));
    if (comma == std::string_view::npos) {
      return;
    }
    rest.remove_prefix(comma + 1);
  }
}

const std::string* SpecParams::find(std::string_view key) const {
  const auto it = std::find_if(values_.begin(), values_.end(), [&](const auto& v) { return v.first == key; });
  return it == values_.end() ? nullptr : &it->second;
}

bool SpecParams::has(std::string_view key) const { return find(key) != nullptr; }

std::string SpecParams::text(std::string_view key, std::string_view fallback) const {
  const std::string* value = find(key);
  return value == nullptr ? std::string(fallback) : *value;
}

std::string SpecParams::one_of(std::string_view key, std::string_view fallback,
                               std::span<const std::string_view> allowed) const {
  const std::string value = text(key, fallback);
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    refuse(key, "not one of " + join(strings(allowed), ", "));
  }
  return value;
}

bool SpecParams::on_off(std::string_view key, bool fallback) const {
  constexpr std::string_view allowed[] = {"on", "off"};
  return one_of(key, fallback ? "on" : "off", allowed) == "on";
}

double SpecParams::number(std::string_view key, double fallback, double lowest, double highest) const {
  const std::string* value = find(key);
  if (value == nullptr) {
    return fallback;
  }
  double parsed = 0.0;
  if (!parse_number(*value, parsed) || !(parsed >= lowest && parsed <= highest)) {
    refuse(key, "not a number from " + shortest(lowest) + " to " + shortest(highest));
  }
  return parsed;
}

std::uint32_t SpecParams::whole_number(std::string_view key, std::uint32_t fallback, std::uint32_t lowest,
                                       std::uint32_t highest) const {
  const std::string* value = find(key);
  if (value == nullptr) {
    return fallback;
  }
  std::uint32_t parsed = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), parsed);
  if (error != std::errc{} || end != value->data() + value->size() || parsed < lowest || parsed > highest) {
    refuse(key, "not a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  return parsed;
}

void SpecParams::expect_only(std::span<const std::string_view> known) const {
  for (const auto& [key, value] : values_) {
    if (std::find(known.begin(), known.end(), key) != known.end()) {
      continue;
    }
    if (known.empty()) {
      refuse("unknown parameter " + key + "; " + name_ + " has none");
    }
    const std::string near = nearest_name(key, strings(known));
    refuse("unknown parameter " + key + (near.empty() ? "" : ", did you mean " + near + "?") + " (" + name_ +
           " has " + join(strings(known), ", ") + ")");
  }
}

void SpecParams::refuse(std::string_view key, const std::string& why) const {
  refuse(std::string(key) + "=" + text(key, "") + ": " + why);
}

void SpecParams::refuse(const std::string& why) const { usage_error("codec \"" + whole_ + "\": " + why); }

bool parse_number(std::string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
}

std::string shortest(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return error == std::errc{} ? std::string(buffer, end) : std::string();
}

void SpecText::add(std::string_view key, std::string_view value) {
  text_ += first_ ? ':' : ',';
  text_.append(key).append("=").append(value);
  first_ = false;
}

}  // namespace cutlink::codecs
