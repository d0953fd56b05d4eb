// A connection of the server, fed with whatever a client may send: it answers in whole messages, or ends.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "wire/server/server_connection.h"

namespace {

using namespace cutlink;
using wire::MessageType;
using wire::ServerConnection;
using Wants = ServerConnection::Wants;

constexpr std::uint32_t cap = 4096;

wire::ListenOptions listening() {
  wire::ListenOptions options;
  options.greeting_deadline = Nanoseconds(1);
  options.read_deadline = Nanoseconds(1);
  return options;
}

std::optional<wire::Reply> reply_to(const ServerConnection::Message& message) {
  fuzz::must(message.body.size() == message.envelope.body_bytes, "a body is whole");
  fuzz::must(message.body.size() <= std::max(cap, wire::greeting_limit), "the cap is kept");
  wire::Reply reply;
  if (message.envelope.type == MessageType::goodbye) {
    return std::nullopt;
  }
  if (message.envelope.type == MessageType::hello) {
    reply.type = MessageType::welcome;
    reply.new_limit = cap;
  } else {
    reply.type = MessageType::adapters_are;
  }
  return reply;
}

// Appends what is there.
void hear(int fd, ByteVector& words) {
  std::array<std::uint8_t, 64 * 1024> buffer;
  for (ssize_t n = 0; (n = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;) {
    words.insert(words.end(), buffer.begin(), buffer.begin() + n);
  }
}

// What the server said: whole messages, a refusal at most as the last.
void check_words(ByteSpan bytes) {
  while (!bytes.empty()) {
    const wire::Envelope envelope = [&] {
      std::array<std::uint8_t, wire::envelope_bytes> head;
      fuzz::must(bytes.size() >= head.size(), "an envelope is whole");
      std::ranges::copy(bytes.first(head.size()), head.begin());
      // The welcome of this test has no body, as no client reads it.
      return head[3] == static_cast<std::uint8_t>(MessageType::welcome)
                 ? wire::Envelope{MessageType::welcome, 0, 0}
                 : wire::read_envelope(head, cap);
    }();
    const ByteSpan rest = bytes.subspan(wire::envelope_bytes);
    fuzz::must(rest.size() >= envelope.body_bytes, "a body is whole");
    bytes = rest.subspan(envelope.body_bytes);
    if (envelope.type == MessageType::refusal) {
      static_cast<void>(wire::read_refusal(rest.first(envelope.body_bytes)));
      fuzz::must(bytes.empty(), "nothing comes after a refusal");
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 64U * 1024) {
    return 0;  // it must fit the pair's buffers
  }
  std::array<int, 2> ends{-1, -1};
  fuzz::must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "a pair of sockets");
  static const wire::ListenOptions options = listening();
  ByteVector words;
  {
    ServerConnection connection(1, wire::TcpSocket(ends[1]), "fuzz", nullptr, options, 0);
    fuzz::must(::send(ends[0], data, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size) || size == 0, "sent");
    ::shutdown(ends[0], SHUT_WR);
    for (Wants wants = connection.advance(0); wants != Wants::gone; wants = connection.advance(0)) {
      fuzz::must(wants != Wants::readable, "all is there: nothing to wait for");
      if (wants == Wants::writable) {
        hear(ends[0], words);
      }
      if (wants == Wants::handler) {
        const ServerConnection::Message message = connection.take_message();
        connection.answer(reply_to(message), 0);
      }
    }
  }
  hear(ends[0], words);
  ::close(ends[0]);
  check_words(words);
  return 0;
}
