// The name of a live run's session, where the run keeps it: 32 hexadecimal digits, for its owner only, as it
// opens the session.
#pragma once

#include <filesystem>
#include <optional>

#include "wire/message.h"

namespace cutlink::run {

// Throws Error(run) with path and cause.
void write_token(const std::filesystem::path& file, const wire::Token& token);

// None where there is no such file. Throws Error(usage) where it holds anything else.
[[nodiscard]] std::optional<wire::Token> read_token(const std::filesystem::path& file);

}  // namespace cutlink::run
