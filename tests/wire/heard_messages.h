// What a server said, read as messages; and handlers and waits that its tests share.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "wire/raw_socket.h"
#include "wire/server/running_server.h"

namespace cutlink::wire {

inline ByteVector hello() { return message(MessageType::hello, 0, write_hello({})); }

// What a server said, message by message.
inline std::vector<std::pair<Envelope, ByteVector>> messages_in(ByteSpan bytes) {
  std::vector<std::pair<Envelope, ByteVector>> found;
  while (!bytes.empty()) {
    const Envelope envelope = read_envelope(bytes, 1U << 30U);
    bytes = bytes.subspan(envelope_bytes);
    found.emplace_back(envelope, ByteVector(bytes.begin(), bytes.begin() + envelope.body_bytes));
    bytes = bytes.subspan(envelope.body_bytes);
  }
  return found;
}

// The text of the refusal that must be the last that was said, before the end.
inline std::string refusal_in(const RawSocket::Heard& heard) {
  EXPECT_TRUE(heard.ended);
  const auto messages = messages_in(heard.bytes);
  if (messages.empty() || messages.back().first.type != MessageType::refusal) {
    ADD_FAILURE() << "no refusal";
    return "";
  }
  const Refusal refusal = read_refusal(messages.back().second);
  return std::to_string(static_cast<int>(refusal.code)) + " " + refusal.text;
}

// What the server says to `bytes`, until it closes.
inline std::string refusal_of(std::uint16_t port, ByteSpan bytes) {
  const RawSocket socket = RawSocket::to(port);
  socket.send(bytes);
  return refusal_in(socket.hear_to_the_end(10s));
}

inline void wait_until(const std::function<bool()>& holds) {
  for (int i = 0; i < 10'000 && !holds(); ++i) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_TRUE(holds());
}

// What a handler throws, and what the client hears of it.
class ThrowingHandler : public EchoHandler {
 public:
  std::function<void()> fail;

 protected:
  std::optional<Reply> reply_to(const Envelope& envelope, ByteVector body) override {
    if (envelope.type == MessageType::frame) {
      fail();
    }
    return EchoHandler::reply_to(envelope, std::move(body));
  }
};

}  // namespace cutlink::wire
