#include "record/csv_line.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace cutlink::record {

std::string number_text(double value) {
  if (std::isnan(value)) {
    return "nan";  // to_chars would keep the sign of a NaN, which differs between machines
  }
  std::array<char, 32> buffer{};  // the longest shortest double has 24 characters
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

void CsvLine::add(std::string_view text) {
  const bool blank_end = !text.empty() && (text.front() == ' ' || text.back() == ' ');
  if (!blank_end && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    add_plain(text);
    return;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') {
      quoted += c;
    }
  }
  add_plain(quoted + '"');
}

std::string CsvLine::take() {
  first_ = true;
  return std::exchange(line_, {}) + "\r\n";
}

void CsvLine::add_plain(std::string_view text) {
  if (!first_) {
    line_ += ',';
  }
  first_ = false;
  line_ += text;
}

}  // namespace cutlink::record
