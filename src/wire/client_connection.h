// The client's end of a live link: one TCP connection, TLS 1.3 where a key or certificates are given,
// messages out and in.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "base/byte_io.h"
#include "base/error.h"
#include "base/units.h"
#include "wire/message.h"
#include "wire/tls/certificates.h"
#include "wire/tls/key_file.h"

namespace cutlink::wire {

// The connection ended or a deadline passed: connecting again may help, unlike after an Error.
class ConnectionLost : public std::runtime_error {
 public:
  explicit ConnectionLost(const std::string& message, bool passed_a_deadline = false)
      : std::runtime_error(message), passed_a_deadline_(passed_a_deadline) {}
  [[nodiscard]] bool passed_a_deadline() const { return passed_a_deadline_; }

 private:
  bool passed_a_deadline_;
};

// The peer refused in so many words.
class Refused : public Error {
 public:
  Refused(RefusalCode code, const std::string& message) : Error(ErrorKind::peer, message), code_(code) {}
  [[nodiscard]] RefusalCode code() const { return code_; }

 private:
  RefusalCode code_;
};

struct ConnectOptions {
  std::string host;
  std::uint16_t port = 0;
  // One or the other; without, only loopback addresses are accepted.
  std::optional<PresharedKey> key;
  std::optional<Certificates> certificates;
  std::string server_name;         // that the server's certificate must be for; empty: `host`
  Nanoseconds connect_deadline{};  // the name, TCP to all its addresses, and TLS together
  Nanoseconds
      answer_deadline{};   // from the last byte sent until the first of the answer, and between two bytes
  std::string congestion;  // "cubic", "bbr", …; empty: the system's
  // Asked while connecting, and where receive() says so, from the first second on: true gives the attempt up,
  // as if its deadline had passed. May be empty.
  std::function<bool()> cancelled;
};

// Counted at the socket, TLS included.
struct SocketCount {
  std::uint64_t sent_bytes = 0, received_bytes = 0;
  std::uint64_t retransmitted_bytes = 0;  // by TCP (TCP_INFO)
};

struct Received {
  Envelope envelope;
  ByteVector body;
  std::int64_t first_byte_ns = 0, last_byte_ns = 0;  // steady clock
};

class ClientConnection {
 public:
  // Throws ConnectionLost where the peer cannot be reached in time, Error(usage) for an address that cannot
  // be (or is not loopback, without a key or certificates), Error(peer) where authentication fails.
  explicit ClientConnection(const ConnectOptions& options);
  ~ClientConnection();

  // Envelope and parts in one gathered write. Returns when the last byte is with the kernel; the two times
  // are of the first and last write call, steady clock.
  struct Sent {
    std::int64_t begin_ns = 0, end_ns = 0;
  };
  Sent send(MessageType type, std::uint64_t number, std::span<const ByteSpan> parts);
  // The next message, of at most `limit` bytes. A refusal is thrown as Refused with its text; that
  // of our certificate, of which the constructor cannot know yet, as Error(peer). Throws ConnectionLost.
  // cancellable: options.cancelled is asked meanwhile.
  [[nodiscard]] Received receive(std::uint32_t limit, bool cancellable = false);

  [[nodiscard]] SocketCount count() const;
  [[nodiscard]] std::string describe() const;  // "tls1.3 psk, cubic, 10.0.0.2:7070", for run.json

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::wire
