// Messages of a session: their bodies, as SESSION.md specifies them. Parsing only: no sockets here.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "wire/envelope.h"

namespace cutlink::wire {

using Token = std::array<std::uint8_t, 16>;

struct Hello {
  enum class Kind : std::uint8_t { fresh = 0, continues = 1, restores = 2 };
  Kind kind = Kind::fresh;
  Token token{};           // zero where fresh
  std::uint32_t step = 0;  // restores: of the checkpoint
  ByteVector agreement;
};

struct Welcome {
  Token token{};
  bool alive = false;          // the session is in memory as it was; else say how to begin: hello again
  std::uint64_t answered = 0;  // last number answered; 0: none
  std::uint32_t cap = 0;       // most bytes of a body from here on
  std::vector<std::uint32_t> checkpoints;  // steps, ascending, at most 16
  std::string server;                      // version and host, for run.json
};

// Why a server refuses. Closed; the text says it to people.
enum class RefusalCode : std::uint16_t {
  protocol = 1,   // a message that does not belong here, or is malformed
  agreement = 2,  // model, split, codecs or shapes differ: named in the text
  unknown_session = 3,
  busy = 4,    // no room for another session now
  failed = 5,  // the server's own failure (disk full, …); the session is kept
};
struct Refusal {
  RefusalCode code = RefusalCode::protocol;
  std::string text;
};

struct ClockReading {
  std::int64_t sent_ns = 0, arrived_ns = 0, departed_ns = 0;
};

// Bodies. read_* throw Error(peer) naming the field; every length is checked before it is believed. Texts
// that are written lose control characters and what is beyond 1000 bytes.
[[nodiscard]] ByteVector write_hello(const Hello& hello);
[[nodiscard]] Hello read_hello(ByteSpan body);
[[nodiscard]] ByteVector write_welcome(const Welcome& welcome);
[[nodiscard]] Welcome read_welcome(ByteSpan body);
[[nodiscard]] ByteVector write_refusal(const Refusal& refusal);
[[nodiscard]] Refusal read_refusal(ByteSpan body);
[[nodiscard]] ByteVector write_step(std::uint32_t step);  // save, saved
[[nodiscard]] std::uint32_t read_step(ByteSpan body);
[[nodiscard]] ByteVector write_goodbye(bool finished);
[[nodiscard]] bool read_goodbye(ByteSpan body);
[[nodiscard]] ByteVector write_clock(const ClockReading& reading, MessageType type);
[[nodiscard]] ClockReading read_clock(ByteSpan body, MessageType type);

// An answer's two parts; they point into the body.
struct Answer {
  ByteSpan frame;  // empty: the protocol has no frame here
  ByteSpan report;
};
[[nodiscard]] Answer read_answer(ByteSpan body);

}  // namespace cutlink::wire
