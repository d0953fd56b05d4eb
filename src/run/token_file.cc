#include "run/token_file.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"
#include "base/file_io.h"

namespace cutlink::run {

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

void write_token(const std::filesystem::path& file, const wire::Token& token) {
  replace_file(file, to_text(token) + "\n", FileReaders::owner);
}

std::optional<wire::Token> read_token(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return std::nullopt;
  }
  std::string text = read_text_file(file, 1000);
  const bool is_line = text.ends_with('\n');
  text.resize(text.size() - (is_line ? 1 : 0));
  const std::optional<wire::Token> token = is_line ? parse_token(text) : std::nullopt;
  if (!token) {
    usage_error(fmt::format("{}: not the name of a session (remove it to begin a new one)", file.string()));
  }
  return token;
}

}  // namespace cutlink::run
