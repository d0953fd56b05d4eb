#include "base/text/utf8.h"

#include <cassert>
#include <cstdint>

namespace cutlink {

Utf8Step utf8_step(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint32_t first = byte(at);
  if (first < 0x80) {
    return {first, 1, true};
  }
  std::size_t length = 0;
  std::uint32_t low = 0x80, high = 0xBF;  // of the second byte; the others are 80..BF
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    low = first == 0xE0 ? 0xA0U : low;    // overlong
    high = first == 0xED ? 0x9FU : high;  // surrogates
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    low = first == 0xF0 ? 0x90U : low;    // overlong
    high = first == 0xF4 ? 0x8FU : high;  // above U+10FFFF
  } else {
    return {0, 1, false};
  }
  std::uint32_t code_point = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high) {
      return {0, i, false};
    }
    code_point = (code_point << 6) | (byte(at + i) & 0x3FU);
    low = 0x80;
    high = 0xBF;
  }
  return {code_point, length, true};
}

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Utf8Step step = utf8_step(text, at);
    if (!step.valid) {
      break;
    }
    at += step.length;
  }
  return at;
}

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    if (step.valid) {
      out.append(text, at, step.length);
    } else {
      append_utf8(out, U'\uFFFD');
    }
    at += step.length;
  }
  return out;
}

void append_utf8(std::string& out, char32_t code_point) {
  assert(code_point < 0x110000 && (code_point < 0xD800 || code_point > 0xDFFF));
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3F));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

}  // namespace cutlink
