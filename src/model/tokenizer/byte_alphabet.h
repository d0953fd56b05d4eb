// GPT-2's alphabet: every byte as one printable character, so that a vocabulary of strings can hold any
// bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cutlink::model {

// The character of every byte, as UTF-8: printable Latin-1 is itself, the others are U+0100 and up in order.
[[nodiscard]] const std::array<std::string, 256>& byte_alphabet();
// The bytes that the characters of `text` stand for; none if one of them is not of the alphabet.
[[nodiscard]] std::optional<std::string> bytes_of_alphabet(std::string_view text);

}  // namespace cutlink::model
