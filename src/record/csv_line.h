// One record of a CSV file as RFC 4180 has it.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cutlink::record {

// The shortest text that reads back as exactly this number, whatever the locale: "0.1", "1e-04", "nan",
// "inf".
[[nodiscard]] std::string number_text(double value);

// Fields are appended from left to right, then the line is taken. Text with a comma, a quote, a line break or
// a blank at either end is quoted.
class CsvLine {
 public:
  void add(std::string_view text);
  void add(const char* text) { add(std::string_view(text)); }
  void add(double value) { add_plain(number_text(value)); }
  void add(bool value) { add_plain(value ? "1" : "0"); }
  template <std::integral Integer>
  void add(Integer value) {
    add_plain(std::to_string(value));
  }
  template <typename T>
  void add(const std::optional<T>& value) {  // nothing: an empty field
    value.has_value() ? add(*value) : add_plain({});
  }

  [[nodiscard]] std::string take();  // with CR LF; the next line is empty

 private:
  void add_plain(std::string_view text);

  std::string line_;
  bool first_ = true;
};

}  // namespace cutlink::record
