#include "record/json_fields.h"

#include <fmt/format.h>

#include <variant>

#include "base/error.h"
#include "base/text/one_line.h"

namespace cutlink::record {

namespace {

constexpr int deepest = 16;  // ours has 4 levels

// The one sentence for whatever is not as cutlink writes it.
[[noreturn]] void refuse(const std::string& file, const std::string& why) {
  usage_error(fmt::format("{}: {}not a run.json of cutlink (remove it, or name another directory)", file,
                          why.empty() ? "" : on_one_line(why) + ": "));
}

Json json_of_value(const scenario::Value& value) {
  return std::visit([](const auto& data) { return Json(data); }, value.data);
}

}  // namespace

JsonObject object_text(const Json& object) {
  return {object.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

Json parse_json(const std::string& text, const std::string& file) {
  // The parser takes a NUL byte for the end of the text.
  if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
    refuse(file, fmt::format("a NUL byte at byte {}", nul));
  }
  const auto check_depth = [&](int depth, Json::parse_event_t, const Json&) {
    if (depth > deepest) {
      refuse(file, fmt::format("nested more than {} deep", deepest));
    }
    return true;
  };
  Json json = Json::parse(text, check_depth, false);
  if (json.is_discarded() || !json.is_object()) {
    refuse(file, "");
  }
  return json;
}

Json JsonWriter::json_of(const JsonObject& object) { return Json::parse(object.text); }

Json JsonWriter::json_of(const ScenarioKeys& keys) {
  Json object = Json::object();
  for (const auto& [name, value] : keys) {
    object[name] = json_of_value(value);
  }
  return object;
}

std::string value_text(const scenario::Value& value) {
  return json_of_value(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* JsonReader::find(const char* name) const {
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

void JsonReader::fail(const std::string& name, const std::string& why) const {
  refuse(where_, path_ + name + ": " + why);
}

void JsonReader::fail_type(const std::string& name, const Json& json, const char* wanted) const {
  fail(name, fmt::format("{} where {} belongs", json.is_null() ? "null" : json.type_name(), wanted));
}

std::string JsonReader::shown(const std::string& text) {
  return fmt::format("\"{}\"", scenario::shown(text));
}

void JsonReader::within(const char* name, std::uint32_t& value, std::uint32_t least,
                        std::uint32_t most) const {
  defaulted(name, value);
  if (value < least || value > most) {
    fail(name, fmt::format("{} is not within {} to {}", value, least, most));
  }
}

void JsonReader::read(const std::string& name, const Json& json, std::string& value) const {
  if (!json.is_string()) {
    fail_type(name, json, "text");
  }
  value = json.get<std::string>();
}

void JsonReader::read(const std::string& name, const Json& json, bool& value) const {
  if (!json.is_boolean()) {
    fail_type(name, json, "true or false");
  }
  value = json.get<bool>();
}

void JsonReader::read(const std::string& name, const Json& json, double& value) const {
  if (!json.is_number() && !json.is_null()) {
    fail_type(name, json, "a number");
  }
  value = json.is_null() ? std::nan("") : json.get<double>();
}

void JsonReader::read(const std::string& name, const Json& json, JsonObject& value) const {
  if (!json.is_object()) {
    fail_type(name, json, "an object");
  }
  value = object_text(json);
}

void JsonReader::read(const std::string& name, const Json& json, ScenarioKeys& keys) const {
  if (!json.is_object()) {
    fail_type(name, json, "an object");
  }
  keys.clear();
  const JsonReader inner(json, where_, path_ + name + ".");
  for (const auto& [key, item] : json.items()) {
    scenario::Value& value = keys.emplace_back(key, scenario::Value{{}, where_}).second;
    if (item.is_string()) {
      value.data = item.get<std::string>();
    } else if (item.is_boolean()) {
      value.data = item.get<bool>();
    } else if (item.is_number_integer()) {
      inner.read(key, item, value.data.emplace<std::int64_t>());
    } else if (item.is_number()) {
      value.data = item.get<double>();
    } else if (item.is_array()) {
      inner.read(key, item, value.data.emplace<std::vector<std::string>>());
    } else {
      inner.fail_type(key, item, "a scenario's value");
    }
  }
}

}  // namespace cutlink::record
