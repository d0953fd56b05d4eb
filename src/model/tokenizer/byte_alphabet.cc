#include "model/tokenizer/byte_alphabet.h"

#include "base/text/utf8.h"

namespace cutlink::model {
namespace {

struct Alphabet {
  std::array<std::string, 256> characters;
  std::array<std::int16_t, 0x144> bytes{};  // 0x143 is the last character in use; −1: none

  Alphabet() {
    bytes.fill(-1);
    char32_t next = 0x100;
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
      const char32_t character = printable ? static_cast<char32_t>(byte) : next++;
      append_utf8(characters.at(byte), character);
      bytes.at(character) = static_cast<std::int16_t>(byte);
    }
  }
};

const Alphabet& alphabet() {
  static const Alphabet instance;
  return instance;
}

}  // namespace

const std::array<std::string, 256>& byte_alphabet() { return alphabet().characters; }

std::optional<std::string> bytes_of_alphabet(std::string_view text) {
  const auto& bytes = alphabet().bytes;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    if (!step.valid || step.code_point >= bytes.size() || bytes.at(step.code_point) < 0) {
      return std::nullopt;
    }
    out += static_cast<char>(bytes.at(step.code_point));
    at += step.length;
  }
  return out;
}

}  // namespace cutlink::model
