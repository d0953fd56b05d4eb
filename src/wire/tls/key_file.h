// Pre-shared keys (TLS 1.3 external PSK, RFC 9257): one identity a client, each known to one client and one
// server.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace cutlink::wire {

struct PresharedKey {
  std::string identity;  // "cutlink-" and 16 hexadecimal digits, random
  std::array<std::uint8_t, 32> secret{};
};

// By identity.
using KeyRing = std::map<std::string, PresharedKey>;

// Writes a new key, mode 0600, never over a file that is there. Throws Error(usage) or Error(run).
PresharedKey generate_key(const std::filesystem::path& file);
// Throws Error(usage) where the file is not a key, or others than its owner may read it.
[[nodiscard]] PresharedKey load_key(const std::filesystem::path& file);
// What load_key() does with the bytes of `file`, which is only named.
[[nodiscard]] PresharedKey parse_key(std::string_view text, const std::filesystem::path& file);
// All *.key files of a directory. Throws Error(usage) on any that load_key() refuses, on two alike, or on
// none.
[[nodiscard]] KeyRing load_keys(const std::filesystem::path& directory);

}  // namespace cutlink::wire
