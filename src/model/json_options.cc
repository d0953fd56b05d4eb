#include "model/json_options.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file_io.h"
#include "base/text/nul_byte.h"

namespace cutlink::model {

JsonOptions::JsonOptions(const std::filesystem::path& path) : where_(path.string()) {
  constexpr std::uint64_t max_bytes = 1 << 20;  // real ones have a few kilobytes
  const std::string text = read_text_file(path, max_bytes);
  refuse_nul(text, where_);
  value_ = std::make_unique<nlohmann::json>(nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false));
  if (!value_->is_object()) {
    usage_error(where_ + ": not a JSON object; download or write the file again");
  }
}

JsonOptions::JsonOptions(std::string where, nlohmann::json&& value)
    : where_(std::move(where)), value_(std::make_unique<nlohmann::json>(std::move(value))) {}
JsonOptions::JsonOptions(JsonOptions&&) noexcept = default;
JsonOptions::~JsonOptions() = default;

void JsonOptions::fail(const std::string& key, const std::string& why) const {
  usage_error(where_ + ": \"" + key + "\" " + why);
}

const nlohmann::json* JsonOptions::find(const std::string& key) const {
  const auto it = value_->find(key);
  return it == value_->end() || it->is_null() ? nullptr : &*it;
}

std::optional<std::uint64_t> JsonOptions::count(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) {
    return {};
  }
  if (!value->is_number_unsigned()) {
    fail(key, "must be a whole number, not " + value->dump());
  }
  return value->get<std::uint64_t>();
}

std::optional<double> JsonOptions::number(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) {
    return {};
  }
  if (!value->is_number() || !std::isfinite(value->get<double>())) {
    fail(key, "must be a number, not " + value->dump());
  }
  return value->get<double>();
}

std::optional<bool> JsonOptions::flag(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) {
    return {};
  }
  if (!value->is_boolean()) {
    fail(key, "must be true or false, not " + value->dump());
  }
  return value->get<bool>();
}

std::optional<std::string> JsonOptions::text(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) {
    return {};
  }
  if (!value->is_string()) {
    fail(key, "must be a string, not " + value->dump());
  }
  return value->get<std::string>();
}

std::optional<std::vector<std::string>> JsonOptions::texts(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) {
    return {};
  }
  std::vector<std::string> texts;
  if (!value->is_array()) {
    fail(key, "must be a list of strings, not " + value->dump());
  }
  for (const nlohmann::json& element : *value) {
    if (!element.is_string()) {
      fail(key, "must be a list of strings, not " + value->dump());
    }
    texts.push_back(element.get<std::string>());
  }
  return texts;
}

std::vector<std::int64_t> JsonOptions::ids(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) {
    return {};
  }
  std::vector<std::int64_t> ids;
  for (const nlohmann::json& element : value->is_array() ? *value : nlohmann::json::array({*value})) {
    if (!element.is_number_unsigned()) {
      fail(key, "must be a token id or a list of them, not " + value->dump());
    }
    ids.push_back(element.get<std::int64_t>());
  }
  return ids;
}

std::optional<JsonOptions> JsonOptions::object(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) {
    return {};
  }
  if (!value->is_object()) {
    fail(key, "must be an object, not " + value->dump());
  }
  return JsonOptions(where_ + ": \"" + key + "\"", nlohmann::json(*value));
}

void JsonOptions::refuse_unless_off(const std::string& key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr || *value == false || *value == 0 || (value->is_structured() && value->empty())) {
    return;
  }
  fail(key, "is " + value->dump() + ", which is not computed here: without it this would be another model");
}

}  // namespace cutlink::model
