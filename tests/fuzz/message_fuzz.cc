// Envelopes and bodies of messages: what is read is written as the same bytes.
#include <algorithm>

#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "wire/message.h"

namespace {

using namespace cutlink;
using wire::MessageType;

constexpr std::uint32_t cap = 1U << 20U;

ByteVector read_and_write(MessageType type, ByteSpan body) {
  switch (type) {
    case MessageType::hello:
      return wire::write_hello(wire::read_hello(body));
    case MessageType::welcome:
      return wire::write_welcome(wire::read_welcome(body));
    case MessageType::refusal:
      return wire::write_refusal(wire::read_refusal(body));
    case MessageType::save:
    case MessageType::saved:
      return wire::write_step(wire::read_step(body));
    case MessageType::clock:
    case MessageType::clock_is:
      return wire::write_clock(wire::read_clock(body, type), type);
    case MessageType::goodbye:
      return wire::write_goodbye(wire::read_goodbye(body));
    case MessageType::answer: {
      const wire::Answer answer = wire::read_answer(body);
      fuzz::must(answer.frame.size() + answer.report.size() + 4 == body.size(),
                 "an answer's parts are all of it");
      break;
    }
    case MessageType::frame:
    case MessageType::adapters:
    case MessageType::adapters_are:
      break;  // opaque here
  }
  return {body.begin(), body.end()};
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan bytes(data, size);
  try {
    const wire::Envelope envelope = wire::read_envelope(bytes, cap);
    fuzz::must(envelope.body_bytes <= cap, "the limit is kept");
    const auto head = wire::write_envelope(envelope);
    fuzz::must(std::equal(head.begin(), head.end(), data), "an envelope comes back");
    const ByteSpan body = bytes.subspan(wire::envelope_bytes);
    const ByteVector again = read_and_write(envelope.type, body);
    fuzz::must(std::equal(again.begin(), again.end(), body.begin(), body.end()), "a body comes back");
  } catch (const Error& error) {
    fuzz::must(error.kind() == ErrorKind::peer, "the peer is at fault");
  }
  return 0;
}
