#include "wire/envelope.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>
#include <string>

#include "base/error.h"
#include "wire/frame/frame.h"

namespace cutlink::wire {

namespace {

constexpr std::uint16_t magic = 0x4C43;  // "CL" in little-endian order
constexpr std::uint8_t version = 2;      // moves with the frames that messages carry, too
constexpr std::uint32_t any_length = std::numeric_limits<std::uint32_t>::max();

// What is known of a type before its body came.
struct TypeRule {
  const char* name;
  std::uint32_t least_bytes, max_bytes;
};

// By type - 1.
constexpr TypeRule type_rules[] = {
    {"hello", hello_fixed_bytes, greeting_limit},
    {"welcome", welcome_fixed_bytes, welcome_fixed_bytes + 4 * max_checkpoints + max_text_bytes},
    {"refusal", 2, refusal_limit},
    {"frame", header_bytes, any_length},
    {"answer", 4, any_length},
    {"save", 4, 4},
    {"saved", 4, 4},
    {"adapters", 0, 0},
    {"adapters_are", 0, any_length},
    {"clock", 8, 8},
    {"clock_is", 24, 24},
    {"goodbye", 1, 1},
};
static_assert(std::size(type_rules) == static_cast<std::size_t>(MessageType::goodbye));

[[nodiscard]] const TypeRule& rule_of(MessageType type) {
  return type_rules[static_cast<std::size_t>(type) - 1];
}

[[noreturn]] void reject(const std::string& field, const std::string& why) {
  peer_error("message: " + field + " " + why);
}

bool has_number(MessageType type) { return type == MessageType::frame || type == MessageType::answer; }

void expect_number(const Envelope& envelope) {
  const bool has = envelope.number != 0;
  if (has != has_number(envelope.type)) {
    reject("number",
           std::string(has ? "is not 0" : "is 0") + " in a message of type " + name_of(envelope.type));
  }
}

}  // namespace

const char* name_of(MessageType type) { return rule_of(type).name; }

std::array<std::uint8_t, envelope_bytes> write_envelope(const Envelope& envelope) {
  std::array<std::uint8_t, envelope_bytes> out;
  const auto type = static_cast<std::uint8_t>(envelope.type);
  std::memcpy(out.data(), &magic, 2);
  std::memcpy(out.data() + 2, &version, 1);
  std::memcpy(out.data() + 3, &type, 1);
  std::memcpy(out.data() + 4, &envelope.body_bytes, 4);
  std::memcpy(out.data() + 8, &envelope.number, 8);
  return out;
}

Envelope read_envelope(ByteSpan bytes, std::uint32_t limit) {
  ByteReader in(bytes, "message: envelope");
  if (in.get<std::uint16_t>() != magic) {
    reject("magic", "is not that of cutlink: the peer speaks something else");
  }
  if (const auto theirs = in.get<std::uint8_t>(); theirs != version) {
    reject("version", "is " + std::to_string(theirs) + ", this cutlink speaks " + std::to_string(version) +
                          ": use the same version at both ends");
  }
  const auto type = in.get<std::uint8_t>();
  if (type == 0 || type > std::size(type_rules)) {
    reject("type", std::to_string(type) + " is not known");
  }
  Envelope envelope;
  envelope.type = static_cast<MessageType>(type);
  envelope.body_bytes = in.get<std::uint32_t>();
  envelope.number = in.get<std::uint64_t>();
  const TypeRule& rule = rule_of(envelope.type);
  const std::uint32_t most = std::min(rule.max_bytes, limit);
  if (envelope.body_bytes < rule.least_bytes || envelope.body_bytes > most) {
    reject("body_bytes", "is " + std::to_string(envelope.body_bytes) + " in a message of type " + rule.name +
                             ", allowed are " + std::to_string(rule.least_bytes) + " to " +
                             std::to_string(most));
  }
  expect_number(envelope);
  return envelope;
}

}  // namespace cutlink::wire
