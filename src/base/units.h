// Quantities with their units, as types and as text that users write: 20Mbit/s, 12ms, 7.4MB, 7.1MiB.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace cutlink {

using Nanoseconds = std::chrono::nanoseconds;

// A count of bytes.
struct Bytes {
  std::uint64_t count = 0;
  auto operator<=>(const Bytes&) const = default;
};

// Bits per second; 0 means "no limit" only where a declaration says so.
struct BitRate {
  double bps = 0.0;
  auto operator<=>(const BitRate&) const = default;
};

// Parse what a user wrote. Each throws Error(usage) that quotes the text and says how to write it:
// a bare number or a bare K/M/G is refused, as tools disagree about what it means. One space before the unit
// is allowed; a fraction is rounded to the nearest whole byte or nanosecond.
[[nodiscard]] Bytes parse_bytes(std::string_view text);           // 512B 7.4kB 7.4MB 7.1MiB 1GB 1GiB
[[nodiscard]] BitRate parse_bit_rate(std::string_view text);      // 20Mbit/s 1.5Gbit/s 20MB/s 64kbit/s
[[nodiscard]] Nanoseconds parse_duration(std::string_view text);  // 100ns 7us 12ms 1.5s 1h 30d; not negative

// Write for people, three significant digits: "226 MB", "20 Mbit/s", "12.5 ms".
[[nodiscard]] std::string to_text(Bytes bytes);
[[nodiscard]] std::string to_text(BitRate rate);
[[nodiscard]] std::string to_text(Nanoseconds duration);

// Write so that the parsers above read exactly the same value back.
[[nodiscard]] std::string to_exact(Bytes bytes);
[[nodiscard]] std::string to_exact(BitRate rate);
[[nodiscard]] std::string to_exact(Nanoseconds duration);

}  // namespace cutlink
