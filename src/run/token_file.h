// The name of a live run's session as text, and the file that holds it where the run is.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "wire/message.h"

namespace cutlink::run {

// 32 hexadecimal digits.
[[nodiscard]] std::string to_text(const wire::Token& token);
// None where the text is anything else.
[[nodiscard]] std::optional<wire::Token> parse_token(std::string_view text);

// For its owner only, as it opens the session. Throws Error(run) with path and cause.
void write_token(const std::filesystem::path& file, const wire::Token& token);

// None where there is no such file. Throws Error(usage) where it holds anything else.
[[nodiscard]] std::optional<wire::Token> read_token(const std::filesystem::path& file);

}  // namespace cutlink::run
