// What is in front of every message: 16 bytes that say what comes, and are checked before anything does
// (SESSION.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/byte_io.h"

namespace cutlink::wire {

inline constexpr std::size_t envelope_bytes = 16;
inline constexpr std::uint32_t greeting_limit = 64 * 1024;  // body, before `welcome`
inline constexpr std::uint32_t refusal_limit = 2 + 1000;    // body of a refusal: code and text

// Of bodies: what is known before one came.
inline constexpr std::uint32_t hello_fixed_bytes = 28;
inline constexpr std::uint32_t welcome_fixed_bytes = 36;
inline constexpr std::size_t max_text_bytes = 1000;
inline constexpr std::size_t max_checkpoints = 16;

// Closed: an unknown type ends the connection.
enum class MessageType : std::uint8_t {
  hello = 1,
  welcome = 2,
  refusal = 3,
  frame = 4,
  answer = 5,
  save = 6,
  saved = 7,
  adapters = 8,
  adapters_are = 9,
  clock = 10,
  clock_is = 11,
  goodbye = 12,
};
[[nodiscard]] const char* name_of(MessageType type);

struct Envelope {
  MessageType type = MessageType::hello;
  std::uint32_t body_bytes = 0;
  std::uint64_t number = 0;
};

[[nodiscard]] std::array<std::uint8_t, envelope_bytes> write_envelope(const Envelope& envelope);
// Throws Error(peer) that names the field; body_bytes above `limit`, or beyond what the type allows, is
// refused here, before anything is allocated.
[[nodiscard]] Envelope read_envelope(ByteSpan bytes, std::uint32_t limit);

}  // namespace cutlink::wire
