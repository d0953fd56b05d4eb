#include "run/token_file.h"

#include <fmt/format.h>

#include <charconv>
#include <string>

#include "base/error.h"
#include "base/file_io.h"

namespace cutlink::run {

void write_token(const std::filesystem::path& file, const wire::Token& token) {
  std::string text;
  for (const std::uint8_t byte : token) {
    text += fmt::format("{:02x}", byte);
  }
  replace_file(file, text + "\n", FileReaders::owner);
}

std::optional<wire::Token> read_token(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return std::nullopt;
  }
  const std::string text = read_text_file(file, 1000);
  wire::Token token{};
  bool good = text.size() == 2 * token.size() + 1 && text.back() == '\n';
  for (std::size_t i = 0; good && i < token.size(); ++i) {
    const char* pair = text.data() + 2 * i;
    good = std::from_chars(pair, pair + 2, token[i], 16).ptr == pair + 2;
  }
  if (!good) {
    usage_error(fmt::format("{}: not the name of a session (remove it to begin a new one)", file.string()));
  }
  return token;
}

}  // namespace cutlink::run
