// Some ten thousand ways to say what a client should not say.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "base/rng.h"
#include "wire/message.h"
#include "wire/server/running_server.h"

namespace cutlink::wire {

inline constexpr std::uint32_t cap = 100'000;  // of a body, in a session
inline constexpr std::uint8_t last_type = 12;
inline constexpr std::uint32_t lengths[] = {0,   1,       greeting_limit, greeting_limit + 1,
                                            cap, cap + 1, 1U << 31U,      ~0U};
inline constexpr std::uint64_t numbers[] = {0, 1, 1ULL << 31U, 1ULL << 32U, 1ULL << 63U, ~0ULL};

inline ByteVector sample_body(MessageType type) {
  switch (type) {
    case MessageType::hello:
      return write_hello({});
    case MessageType::welcome:
      return write_welcome({.token = {1}, .answered = 0, .cap = cap, .checkpoints = {}, .server = "x"});
    case MessageType::refusal:
      return write_refusal({RefusalCode::busy, "no"});
    case MessageType::frame:
      return pattern(64);
    case MessageType::answer:
      return ByteVector(4);
    case MessageType::save:
    case MessageType::saved:
      return write_step(1);
    case MessageType::adapters:
    case MessageType::adapters_are:
      return {};
    case MessageType::clock:
    case MessageType::clock_is:
      return write_clock({}, type);
    case MessageType::goodbye:
      return write_goodbye(true);
  }
  return {};
}

inline ByteVector joined(std::initializer_list<ByteSpan> parts) {
  ByteVector whole;
  for (const ByteSpan part : parts) {
    whole.insert(whole.end(), part.begin(), part.end());
  }
  return whole;
}

inline ByteVector sample_message(MessageType type) {
  const bool numbered = type == MessageType::frame || type == MessageType::answer;
  return message(type, numbered ? 1 : 0, sample_body(type));
}

inline ByteVector flipped(ByteVector bytes, std::size_t bit) {
  bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  return bytes;
}

// What a client sends, from the first byte on.
class Catalogue {
 public:
  Catalogue() {
    const ByteVector hello = sample_message(MessageType::hello);
    for (const ByteVector& state : {ByteVector(), hello}) {  // greeting, open
      for (std::uint8_t type = 1; type <= last_type; ++type) {
        const ByteVector good = sample_message(static_cast<MessageType>(type));
        truncations(state, good);
        for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
          cases.push_back(joined({state, flipped(good, bit)}));
        }
        sizes_and_numbers(state, good);
      }
    }
    orders();
    random_bytes(hello);
    random_changes();
  }

  std::vector<ByteVector> cases;

 private:
  void truncations(const ByteVector& state, const ByteVector& good) {
    for (std::size_t size = 0; size <= good.size(); ++size) {
      cases.push_back(joined({state, ByteSpan(good).first(size)}));
    }
  }
  void sizes_and_numbers(const ByteVector& state, const ByteVector& good) {
    for (const std::uint32_t length : lengths) {
      ByteVector bad = good;
      std::memcpy(bad.data() + 4, &length, sizeof length);
      cases.push_back(joined({state, bad}));
      cases.push_back(
          joined({state, ByteSpan(bad).first(envelope_bytes), pattern(std::min(length, 2 * cap))}));
    }
    for (const std::uint64_t number : numbers) {
      ByteVector bad = good;
      std::memcpy(bad.data() + 8, &number, sizeof number);
      cases.push_back(joined({state, bad}));
    }
  }
  void orders() {
    for (std::uint8_t a = 1; a <= last_type; ++a) {
      for (std::uint8_t b = 1; b <= last_type; ++b) {
        cases.push_back(joined(
            {sample_message(static_cast<MessageType>(a)), sample_message(static_cast<MessageType>(b))}));
      }
    }
  }
  void random_bytes(const ByteVector& hello) {
    for (int i = 0; i < 1500; ++i) {
      ByteVector bytes(rng_.below(300));
      std::ranges::generate(bytes, [this] { return static_cast<std::uint8_t>(rng_.next_u32()); });
      cases.push_back(i % 2 == 0 ? bytes : joined({hello, bytes}));
    }
  }
  // A good conversation with up to three bytes changed.
  void random_changes() {
    const ByteVector good =
        joined({sample_message(MessageType::hello), sample_message(MessageType::clock),
                sample_message(MessageType::frame), sample_message(MessageType::save),
                sample_message(MessageType::adapters), sample_message(MessageType::goodbye)});
    for (int i = 0; i < 2000; ++i) {
      ByteVector bad = good;
      for (std::uint64_t changes = 1 + rng_.below(3); changes > 0; --changes) {
        bad[rng_.below(bad.size())] = static_cast<std::uint8_t>(rng_.next_u32());
      }
      cases.push_back(std::move(bad));
    }
  }

  Rng rng_{RngKey{.seed = 7, .purpose = RngPurpose::text_generator}};
};

}  // namespace cutlink::wire
