// Strict UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cutlink {

// What lies at a place in text: a code point, or a maximal ill-formed part of `length` bytes (at least 1).
struct Utf8Step {
  char32_t code_point = 0;
  std::size_t length = 0;
  bool valid = false;
};
// at < text.size().
[[nodiscard]] Utf8Step utf8_step(std::string_view text, std::size_t at);

// Offset of the first byte that is not UTF-8; text.size() where all of it is.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view text);
// Every maximal ill-formed part becomes one U+FFFD, as in Rust's from_utf8_lossy and Python's "replace".
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

void append_utf8(std::string& out, char32_t code_point);  // code_point: a Unicode scalar value

}  // namespace cutlink
