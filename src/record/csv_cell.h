// One cell of a CSV file, as a number, a word or nothing.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/records.h"

namespace cutlink::record {

// Where a cell stands, for messages.
struct CsvPlace {
  const std::string& file;
  std::size_t line;
  const char* column;
};

class CsvCell {
 public:
  CsvCell(std::string_view text, const CsvPlace& place) : text_(text), place_(place) {}

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  // Throws Error(usage) with file, line, column and what is wrong.
  [[noreturn]] void fail(const std::string& why) const;

  // Each puts what the cell says into its argument, or fails: no such number, one that the type cannot hold,
  // no such word. An optional is none for an empty cell.
  void read(std::string& value) const { value = text_; }
  void read(double& value) const { number(value, "not a number"); }
  void read(bool& value) const;
  void read(Phase& value) const;
  void read(Crossing& value) const;
  template <std::integral Integer>
  void read(Integer& value) const {
    number(value, std::unsigned_integral<Integer> ? "not a count" : "not a whole number");
  }
  template <typename T>
  void read(std::optional<T>& value) const {
    value.reset();
    if (!empty()) {
      read(value.emplace());
    }
  }

 private:
  template <typename Number>
  void number(Number& value, const char* otherwise) const {
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc() || end != text_.data() + text_.size()) {
      fail(otherwise);
    }
  }

  std::string_view text_;
  const CsvPlace& place_;
};

}  // namespace cutlink::record
