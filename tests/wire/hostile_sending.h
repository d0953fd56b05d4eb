// Sends cases of bad input to a running server, one connection each, and looks at what comes back.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>

#include "base/sanitized.h"
#include "base/steady_now.h"
#include "wire/raw_socket.h"
#include "wire/server/running_server.h"
#include "wire/socket_stream.h"

namespace cutlink::wire {

// How long the server may take to end what is bad: a second, but for builds that are slow themselves.
inline constexpr std::chrono::seconds longest_end{judges_clocks ? 1 : 20};

struct Talk {
  RawSocket::Heard heard;
  bool connected = true;  // as a client that is taken for one
};
// Says it all, then ends its sending, and hears the server to the end.
using Say = std::function<Talk(ByteSpan)>;

inline Say without_tls(std::uint16_t port) {
  return [port](ByteSpan bytes) -> Talk {
    const RawSocket socket = RawSocket::to(port);
    if (socket.number() < 0) {
      return {{}, false};
    }
    socket.send(bytes);
    socket.end_sending();
    return {socket.hear_to_the_end(longest_end), true};
  };
}

// The same from a client whose key is good: what it says is decrypted and read.
inline Say with_key(std::uint16_t port, const PresharedKey& key) {
  return [port, key](ByteSpan bytes) -> Talk {
    const RawSocket socket = RawSocket::to(port);
    if (socket.number() < 0) {
      return {{}, false};
    }
    SocketStream stream(TcpSocket(::dup(socket.number())), key);
    // Until `step` needs nothing. False: the connection ended, or nothing came for too long.
    const auto drive = [&](const std::function<Need()>& step) {
      for (;;) {
        const Need need = step();
        if (need == Need::nothing || need == Need::lost || need == Need::stranger) {
          return need == Need::nothing;
        }
        pollfd entry{socket.number(), static_cast<short>(need == Need::readable ? POLLIN : POLLOUT), 0};
        if (need != Need::again && ::poll(&entry, 1, 1000 * static_cast<int>(longest_end.count())) <= 0) {
          return false;
        }
      }
    };
    Talk talk;
    talk.connected = drive([&] { return stream.handshake(); });
    while (!bytes.empty() && drive([&] {
      const Moved moved = stream.write({&bytes, 1});
      bytes = bytes.subspan(moved.bytes);
      return moved.need;
    })) {
    }
    stream.end_sending();
    std::array<std::uint8_t, 16 * 1024> buffer;
    while (drive([&] {
      const Moved moved = stream.read(buffer);
      talk.heard.bytes.insert(talk.heard.bytes.end(), buffer.begin(),
                              buffer.begin() + static_cast<std::ptrdiff_t>(moved.bytes));
      return moved.need;
    })) {
    }
    talk.heard.ended = !stream.why().empty();  // else nothing came for too long
    return talk;
  };
}

// Whole messages of a server of at most `limit` bytes, and a refusal at most as the last.
inline void expect_well_formed(ByteSpan bytes, std::uint32_t limit) {
  bool is_over = false;
  while (!bytes.empty()) {
    const Envelope envelope = read_envelope(bytes, limit);
    ASSERT_FALSE(is_over) << "more after a refusal";
    ASSERT_LE(envelope_bytes + envelope.body_bytes, bytes.size());
    const ByteSpan body = bytes.subspan(envelope_bytes, envelope.body_bytes);
    if (envelope.type == MessageType::refusal) {
      ASSERT_FALSE(read_refusal(body).text.empty());
      is_over = true;
    }
    bytes = bytes.subspan(envelope_bytes + envelope.body_bytes);
  }
}

// Says `count` cases; each must be over within longest_end. `check` sees what came back; it is told the
// number, too.
inline void send_all(const Say& say, std::size_t count,
                     const std::function<ByteSpan(std::size_t)>& bytes_of_case,
                     const std::function<void(ByteSpan, std::size_t)>& check) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t begin = steady_now_ns();
    const Talk talk = say(bytes_of_case(i));
    ASSERT_TRUE(talk.connected) << "case " << i;
    ASSERT_TRUE(talk.heard.ended) << "case " << i;
    ASSERT_LT(std::chrono::nanoseconds(steady_now_ns() - begin), longest_end) << "case " << i;
    check(talk.heard.bytes, i);
  }
}

}  // namespace cutlink::wire
