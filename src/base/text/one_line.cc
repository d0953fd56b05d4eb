#include "base/text/one_line.h"

namespace cutlink {

namespace {

std::string escaped(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    default: {
      const auto code = static_cast<unsigned char>(c);
      return std::string("\\u00") + digits[code >> 4U] + digits[code & 0xFU];
    }
  }
}

}  // namespace

std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += is_control(c) ? escaped(c) : std::string(1, c);
  }
  return out;
}

}  // namespace cutlink
