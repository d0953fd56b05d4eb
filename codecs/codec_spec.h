// A codec's name and parameters as a user writes them: `name[:key=value,…]`. Every getter names the parameter
// and what is allowed in its error; a parameter nobody asked for is an error too.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cutlink::codecs {

// The parts of a spec between its '+' signs, at least one; a '+' inside a number (1e+3) separates nothing.
[[nodiscard]] std::vector<std::string_view> spec_parts(std::string_view spec);

// One part of a spec: a codec, or a stage after a '+'.
class SpecParams {
 public:
  // text: `name` or `name:key=value,…`; whole: the spec it is part of, quoted in errors.
  // Throws Error(usage): empty name, spaces, no '=', a key twice.
  SpecParams(std::string_view text, std::string_view whole);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool has(std::string_view key) const;

  // Each returns the default where the key is absent and throws Error(usage) where the value is not allowed.
  [[nodiscard]] std::string text(std::string_view key, std::string_view fallback) const;
  [[nodiscard]] std::string one_of(std::string_view key, std::string_view fallback,
                                   std::span<const std::string_view> allowed) const;
  [[nodiscard]] bool on_off(std::string_view key, bool fallback) const;
  // A plain decimal number in [lowest, highest], e.g. 2.5 or 1e-3.
  [[nodiscard]] double number(std::string_view key, double fallback, double lowest, double highest) const;
  [[nodiscard]] std::uint32_t whole_number(std::string_view key, std::uint32_t fallback, std::uint32_t lowest,
                                           std::uint32_t highest) const;

  // Throws Error(usage) for the first key that is not in `known`, with the nearest known one.
  void expect_only(std::span<const std::string_view> known) const;

  // Throws Error(usage): "codec SPEC: KEY=VALUE: why".
  [[noreturn]] void refuse(std::string_view key, const std::string& why) const;
  // The same about the part as a whole: "codec SPEC: why".
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  [[nodiscard]] const std::string* find(std::string_view key) const;

  std::string whole_;
  std::string name_;
  std::vector<std::pair<std::string, std::string>> values_;
};

// A full decimal number; false where text is anything else (empty, trailing characters, inf, nan).
[[nodiscard]] bool parse_number(std::string_view text, double& value);
// The shortest text that parses back to the same double: "2.5", "0.001".
[[nodiscard]] std::string shortest(double value);

// Builds a canonical spec: parameters in the order given, those at their default left out by the caller.
class SpecText {
 public:
  explicit SpecText(std::string name) : text_(std::move(name)) {}
  void add(std::string_view key, std::string_view value);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool first_ = true;
};

}  // namespace cutlink::codecs
