// The name of a live run's session as text: of its folder where the server keeps it, and in logs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/message.h"

namespace cutlink::wire {

// 32 hexadecimal digits.
[[nodiscard]] std::string to_text(const wire::Token& token);
// None where the text is anything else.
[[nodiscard]] std::optional<wire::Token> parse_token(std::string_view text);

}  // namespace cutlink::wire
