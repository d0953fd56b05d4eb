#include "wire/token_text.h"

#include <fmt/format.h>

#include <charconv>

namespace cutlink::wire {

std::string to_text(const wire::Token& token) {
  std::string text;
  for (const std::uint8_t byte : token) {
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

std::optional<wire::Token> parse_token(std::string_view text) {
  wire::Token token{};
  if (text.size() != 2 * token.size() ||
      text.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::from_chars(text.data() + 2 * i, text.data() + 2 * i + 2, token[i], 16);
  }
  return token;
}

}  // namespace cutlink::wire
