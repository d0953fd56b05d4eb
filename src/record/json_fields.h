// The fields of a JSON object, written and read through the same calls: one function that visits every field
// of a struct serves both ways, so that neither forgets one (run_info.cc). For sources: headers keep JsonObject.
//
// A struct is visited by `visit(T& fields, Visitor& v)` beside it; enums have `name_of(E)` and
// `named(text, E&)`.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "record/json_object.h"

namespace cutlink::record {

using Json = nlohmann::ordered_json;

// JSON that somebody else may have written. Throws Error(usage) beginning with `file` if it is none, holds a
// NUL byte, or is nested more than 16 deep.
[[nodiscard]] Json parse_json(const std::string& text, const std::string& file);

// As structs keep it. Bytes that are not UTF-8 are replaced.
[[nodiscard]] JsonObject object_text(const Json& object);

class JsonWriter {
 public:
  explicit JsonWriter(Json& object) : object_(object) {}

  template <typename T>
  void required(const char* name, const T& value) {
    object_[name] = json_of(value);
  }
  template <typename T>
  void defaulted(const char* name, const T& value) {
    required(name, value);
  }
  template <typename T>
  void defaulted_if(bool written, const char* name, const T& value) {
    if (written) {
      required(name, value);
    }
  }
  // Not written if there is none.
  template <typename T>
  void optional(const char* name, const std::optional<T>& value) {
    if (value) {
      required(name, *value);
    }
  }
  template <typename T>
  void required_or_null(const char* name, const std::optional<T>& value) {
    nullable(name, value);
  }
  // null if there is none.
  template <typename T>
  void nullable(const char* name, const std::optional<T>& value) {
    object_[name] = value ? json_of(*value) : Json(nullptr);
  }
  void within(const char* name, std::uint32_t value, std::uint32_t, std::uint32_t) { required(name, value); }

 private:
  template <typename T>
  static Json json_of(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      return name_of(value);
    } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
      return value;
    } else {
      Json object = Json::object();
      JsonWriter writer(object);
      visit(value, writer);
      return object;
    }
  }
  template <typename T>
  static Json json_of(const std::vector<T>& values) {
    Json array = Json::array();
    for (const T& value : values) {
      array.push_back(json_of(value));
    }
    return array;
  }
  static Json json_of(const JsonObject& object);
  static Json json_of(const ScenarioKeys& keys);

  Json& object_;
};

// Everything throws Error(usage): FILE: KEY: what is wrong.
class JsonReader {
 public:
  // where: the file. path: of the object in it, "" or "data.train.".
  JsonReader(const Json& object, std::string where, std::string path = {})
      : object_(object), where_(std::move(where)), path_(std::move(path)) {}

  template <typename T>
  void required(const char* name, T& value) const {
    const Json* const found = find(name);
    if (found == nullptr) {
      fail(name, "missing");
    }
    read(name, *found, value);
  }
  // Keeps the value if the key is missing.
  template <typename T>
  void defaulted(const char* name, T& value) const {
    if (const Json* const found = find(name)) {
      read(name, *found, value);
    }
  }
  template <typename T>
  void defaulted_if(bool, const char* name, T& value) const {
    defaulted(name, value);
  }
  template <typename T>
  void optional(const char* name, std::optional<T>& value) const {
    value.reset();
    if (const Json* const found = find(name)) {
      read(name, *found, value.emplace());
    }
  }
  // None if the key is missing, too.
  template <typename T>
  void nullable(const char* name, std::optional<T>& value) const {
    value.reset();
    if (const Json* const found = find(name); found != nullptr && !found->is_null()) {
      read(name, *found, value.emplace());
    }
  }
  // The key must be there; null means none.
  template <typename T>
  void required_or_null(const char* name, std::optional<T>& value) const {
    if (find(name) == nullptr) {
      fail(name, "missing");
    }
    nullable(name, value);
  }
  void within(const char* name, std::uint32_t& value, std::uint32_t least, std::uint32_t most) const;

  [[noreturn]] void fail(const std::string& name, const std::string& why) const;

 private:
  [[nodiscard]] const Json* find(const char* name) const;
  [[noreturn]] void fail_type(const std::string& name, const Json& json, const char* wanted) const;

  void read(const std::string& name, const Json& json, std::string& value) const;
  void read(const std::string& name, const Json& json, bool& value) const;
  void read(const std::string& name, const Json& json, double& value) const;  // null: not a number
  void read(const std::string& name, const Json& json, ScenarioKeys& keys) const;
  void read(const std::string& name, const Json& json, JsonObject& value) const;
  template <std::integral Integer>
  void read(const std::string& name, const Json& json, Integer& value) const {
    if (!json.is_number_integer()) {
      fail_type(name, json, "a whole number");
    }
    if (json.is_number_unsigned() ? !std::in_range<Integer>(json.get<std::uint64_t>())
                                  : !std::in_range<Integer>(json.get<std::int64_t>())) {
      fail(name, json.dump() + " is out of range");
    }
    value = json.get<Integer>();
  }
  template <typename T>
  requires std::is_class_v<T>
  void read(const std::string& name, const Json& json, T& value) const {
    if (!json.is_object()) {
      fail_type(name, json, "an object");
    }
    const JsonReader reader(json, where_, path_ + name + ".");
    visit(value, reader);
  }
  template <typename E>
  requires std::is_enum_v<E>
  void read(const std::string& name, const Json& json, E& value) const {
    std::string text;
    read(name, json, text);
    if (!named(text, value)) {
      fail(name, shown(text) + " is not known");
    }
  }
  template <typename T>
  void read(const std::string& name, const Json& json, std::vector<T>& values) const {
    if (!json.is_array()) {
      fail_type(name, json, "a list");
    }
    values.clear();
    for (const Json& item : json) {
      const std::string place = name + "[" + std::to_string(values.size()) + "]";
      read(place, item, values.emplace_back());
    }
  }
  static std::string shown(const std::string& text);

  const Json& object_;
  std::string where_;
  std::string path_;
};

}  // namespace cutlink::record
