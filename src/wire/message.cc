#include "wire/message.h"

#include <algorithm>
#include <cassert>

#include "base/error.h"
#include "wire/frame/frame.h"

namespace cutlink::wire {

namespace {

[[noreturn]] void reject(const std::string& field, const std::string& why) {
  peer_error("message: " + field + " " + why);
}

// An empty body with room. Not inlined: where GCC 12 sees the allocation, it warns of overflows in the
// insertions that follow, which cannot be.
[[gnu::noinline]] ByteVector body_with_room(std::size_t bytes) {
  ByteVector body;
  body.reserve(bytes);
  return body;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// Text is shown on terminals: one line, nothing that steers them.
std::string clean_text(const std::string& text) {
  std::string clean = text.substr(0, max_text_bytes);
  while (clean.size() < text.size() && !clean.empty() &&
         (static_cast<unsigned char>(text[clean.size()]) & 0xC0U) == 0x80U) {
    clean.pop_back();  // do not cut a UTF-8 character
  }
  std::ranges::replace_if(clean, is_control, ' ');
  return clean;
}

std::string take_text(ByteReader& in, std::size_t size, const char* field) {
  if (size > max_text_bytes) {
    reject(field, "has " + std::to_string(size) + " bytes, at most " + std::to_string(max_text_bytes) +
                      " are allowed");
  }
  const ByteSpan bytes = in.take(size);
  std::string text(bytes.begin(), bytes.end());
  if (std::ranges::any_of(text, is_control)) {
    reject(field, "has control characters");
  }
  return text;
}

bool is_zero(const Token& token) {
  return std::ranges::all_of(token, [](std::uint8_t byte) { return byte == 0; });
}

Token take_token(ByteReader& in) {
  Token token;
  std::ranges::copy(in.take(token.size()), token.begin());
  return token;
}

std::vector<std::uint32_t> take_checkpoints(ByteReader& in, std::size_t count) {
  std::vector<std::uint32_t> steps(count);
  for (std::size_t i = 0; i < count; ++i) {
    steps[i] = in.get<std::uint32_t>();
    if (i > 0 && steps[i] <= steps[i - 1]) {
      reject("welcome: checkpoints", "do not ascend");
    }
  }
  return steps;
}

}  // namespace

ByteVector write_hello(const Hello& hello) {
  ByteVector body = body_with_room(hello_fixed_bytes + hello.agreement.size());
  ByteWriter to(body);
  to.put(hello.kind);
  to.put_raw("\0\0\0", 3);
  to.put(hello.step);
  to.put(hello.token);
  to.put(static_cast<std::uint32_t>(hello.agreement.size()));
  to.put_raw(hello.agreement.data(), hello.agreement.size());
  return body;
}

Hello read_hello(ByteSpan body) {
  ByteReader in(body, "message: hello");
  Hello hello;
  const auto kind = in.get<std::uint8_t>();
  if (kind > static_cast<std::uint8_t>(Hello::Kind::restores)) {
    reject("hello: kind", std::to_string(kind) + " is not known");
  }
  hello.kind = static_cast<Hello::Kind>(kind);
  if (std::ranges::any_of(in.take(3), [](std::uint8_t byte) { return byte != 0; })) {
    reject("hello: reserved", "is not 0");
  }
  hello.step = in.get<std::uint32_t>();
  if (hello.step != 0 && hello.kind != Hello::Kind::restores) {
    reject("hello: step", "is not 0, but no checkpoint is restored");
  }
  hello.token = take_token(in);
  if (hello.kind == Hello::Kind::fresh && !is_zero(hello.token)) {
    reject("hello: token", "is not 0 in a fresh session");
  }
  const ByteSpan agreement = in.take(in.get<std::uint32_t>());
  in.expect_end();
  hello.agreement.assign(agreement.begin(), agreement.end());
  return hello;
}

ByteVector write_welcome(const Welcome& welcome) {
  assert(welcome.checkpoints.size() <= max_checkpoints);
  const std::string server = clean_text(welcome.server);
  ByteVector body = body_with_room(welcome_fixed_bytes + 4 * welcome.checkpoints.size() + server.size());
  ByteWriter to(body);
  to.put(welcome.token);
  to.put(static_cast<std::uint32_t>(welcome.alive ? 1 : 0));
  to.put(welcome.answered);
  to.put(welcome.cap);
  to.put(static_cast<std::uint16_t>(welcome.checkpoints.size()));
  to.put(static_cast<std::uint16_t>(server.size()));
  to.put_raw(welcome.checkpoints.data(), 4 * welcome.checkpoints.size());
  to.put_raw(server.data(), server.size());
  return body;
}

Welcome read_welcome(ByteSpan body) {
  ByteReader in(body, "message: welcome");
  Welcome welcome;
  welcome.token = take_token(in);
  if (is_zero(welcome.token)) {
    reject("welcome: token", "is 0");
  }
  const auto alive = in.get<std::uint32_t>();
  if (alive > 1) {
    reject("welcome: alive", "is " + std::to_string(alive) + ", allowed are 0 and 1");
  }
  welcome.alive = alive == 1;
  welcome.answered = in.get<std::uint64_t>();
  welcome.cap = in.get<std::uint32_t>();
  if (welcome.cap < header_bytes) {
    reject("welcome: cap", "is " + std::to_string(welcome.cap) + ", less than a frame's header");
  }
  const auto checkpoints = in.get<std::uint16_t>();
  const auto server_bytes = in.get<std::uint16_t>();
  if (checkpoints > max_checkpoints) {
    reject("welcome: checkpoints", "are " + std::to_string(checkpoints) + ", at most 16 are allowed");
  }
  welcome.checkpoints = take_checkpoints(in, checkpoints);
  welcome.server = take_text(in, server_bytes, "welcome: server");
  in.expect_end();
  return welcome;
}

ByteVector write_refusal(const Refusal& refusal) {
  const std::string text = clean_text(refusal.text);
  ByteVector body = body_with_room(sizeof refusal.code + text.size());
  ByteWriter to(body);
  to.put(refusal.code);
  to.put_raw(text.data(), text.size());
  return body;
}

Refusal read_refusal(ByteSpan body) {
  ByteReader in(body, "message: refusal");
  const auto code = in.get<std::uint16_t>();
  if (code == 0 || code > static_cast<std::uint16_t>(RefusalCode::failed)) {
    reject("refusal: code", std::to_string(code) + " is not known");
  }
  return {static_cast<RefusalCode>(code), take_text(in, in.remaining(), "refusal: text")};
}

ByteVector write_step(std::uint32_t step) {
  ByteVector body = body_with_room(sizeof step);
  ByteWriter(body).put(step);
  return body;
}

std::uint32_t read_step(ByteSpan body) {
  ByteReader in(body, "message: step");
  const auto step = in.get<std::uint32_t>();
  in.expect_end();
  return step;
}

ByteVector write_goodbye(bool finished) { return {static_cast<std::uint8_t>(finished ? 1 : 0)}; }

bool read_goodbye(ByteSpan body) {
  ByteReader in(body, "message: goodbye");
  const auto finished = in.get<std::uint8_t>();
  in.expect_end();
  if (finished > 1) {
    reject("goodbye", "is " + std::to_string(finished) + ", allowed are 0 and 1");
  }
  return finished == 1;
}

ByteVector write_clock(const ClockReading& reading, MessageType type) {
  assert(type == MessageType::clock || type == MessageType::clock_is);
  ByteVector body = body_with_room(sizeof reading);
  ByteWriter to(body);
  to.put(reading.sent_ns);
  if (type == MessageType::clock_is) {
    to.put(reading.arrived_ns);
    to.put(reading.departed_ns);
  }
  return body;
}

ClockReading read_clock(ByteSpan body, MessageType type) {
  assert(type == MessageType::clock || type == MessageType::clock_is);
  ByteReader in(body, "message: clock");
  ClockReading reading;
  reading.sent_ns = in.get<std::int64_t>();
  if (type == MessageType::clock_is) {
    reading.arrived_ns = in.get<std::int64_t>();
    reading.departed_ns = in.get<std::int64_t>();
    if (reading.departed_ns < reading.arrived_ns) {
      reject("clock: departure", "is before the arrival");
    }
  }
  in.expect_end();
  return reading;
}

Answer read_answer(ByteSpan body) {
  ByteReader in(body, "message: answer");
  Answer answer;
  answer.frame = in.take(in.get<std::uint32_t>());
  answer.report = in.take(in.remaining());
  return answer;
}

}  // namespace cutlink::wire
