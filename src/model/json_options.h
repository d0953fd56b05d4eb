// Typed access to a JSON configuration file that names the key in every complaint.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace cutlink::model {

class JsonOptions {
 public:
  // Throws Error(usage) with the path if the file is missing, too large or no JSON object.
  explicit JsonOptions(const std::filesystem::path& path);
  JsonOptions(JsonOptions&&) noexcept;
  ~JsonOptions();

  // The value, or nothing if the key is absent or null. These throw Error(usage) if it has another type or sign.
  [[nodiscard]] std::optional<std::uint64_t> count(const std::string& key) const;
  [[nodiscard]] std::optional<double> number(const std::string& key) const;  // finite
  [[nodiscard]] std::optional<bool> flag(const std::string& key) const;
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const;
  [[nodiscard]] std::optional<std::vector<std::string>> texts(const std::string& key) const;
  [[nodiscard]] std::vector<std::int64_t> ids(const std::string& key) const;  // one number or a list
  // The object under a key, as options of their own.
  [[nodiscard]] std::optional<JsonOptions> object(const std::string& key) const;

  // What a required key holds must be there.
  template <typename T>
  [[nodiscard]] T required(const std::string& key, std::optional<T> value) const {
    if (!value.has_value()) {
      fail(key, "is missing");
    }
    return *std::move(value);
  }
  // Throws Error(usage) unless the key is absent, null, false, 0 or empty.
  void refuse_unless_off(const std::string& key) const;
  [[noreturn]] void fail(const std::string& key, const std::string& why) const;

 private:
  JsonOptions(std::string where, nlohmann::json&& value);
  [[nodiscard]] const nlohmann::json* find(const std::string& key) const;  // null: absent or null

  std::string where_;
  std::unique_ptr<nlohmann::json> value_;
};

}  // namespace cutlink::model
