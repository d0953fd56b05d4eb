// A byte stream over TCP, with or without TLS, that never blocks; and messages on it, a piece at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "wire/message.h"
#include "wire/tcp_socket.h"
#include "wire/tls/tls_end.h"

namespace cutlink::wire {

class SocketStream {
 public:
  explicit SocketStream(TcpSocket socket);                  // plain
  SocketStream(TcpSocket socket, const PresharedKey& key);  // a TLS client; the key outlives it
  SocketStream(TcpSocket socket, const Certificates& certificates,
               const std::string& server_name);             // a TLS client
  SocketStream(TcpSocket socket, const TlsServer& server);  // a connection of a TLS server, which outlives it

  [[nodiscard]] Need handshake();  // until Need::nothing, before anything else
  [[nodiscard]] Moved read(std::span<std::uint8_t> into);
  [[nodiscard]] Moved write(std::span<const ByteSpan> parts);
  // After what was written the peer reads an end.
  void end_sending();
  [[nodiscard]] bool has_buffered() const;  // received, but not yet read

  [[nodiscard]] TcpSocket& socket() { return *socket_; }
  [[nodiscard]] const TcpSocket& socket() const { return *socket_; }
  [[nodiscard]] std::string identity() const;     // of the peer's key; empty without TLS
  [[nodiscard]] std::string common_name() const;  // of the peer's certificate, for people
  [[nodiscard]] std::string why() const;          // it was lost or is a stranger

 private:
  std::unique_ptr<TcpSocket> socket_;  // its address stays: TLS holds it
  std::unique_ptr<TlsEnd> tls_;
};

// Reads one message after the other.
class MessageReader {
 public:
  // The next message has at most `limit` bytes; a refusal may always come. `trusted`: the limit is one that a
  // peer with a session was given, and room is reserved at once; else room grows with what arrives.
  void begin(std::uint32_t limit, bool trusted);
  // Reads what is there, Need::nothing: the message is whole. Throws Error(peer) naming the envelope's field.
  [[nodiscard]] Need advance(SocketStream& stream);

  [[nodiscard]] bool has_begun() const { return received_ > 0; }
  [[nodiscard]] bool has_envelope() const { return received_ >= envelope_bytes; }
  [[nodiscard]] const Envelope& envelope() const { return envelope_; }
  [[nodiscard]] ByteVector take_body() { return std::move(body_); }
  [[nodiscard]] std::int64_t first_byte_ns() const { return first_byte_ns_; }
  [[nodiscard]] std::int64_t last_byte_ns() const { return last_byte_ns_; }

 private:
  [[nodiscard]] std::span<std::uint8_t> room();
  void accept(std::size_t bytes);

  std::uint32_t limit_ = 0;
  bool trusted_ = false;
  std::uint64_t received_ = 0;  // of envelope and body
  std::array<std::uint8_t, envelope_bytes> head_{};
  Envelope envelope_;
  ByteVector body_;
  std::int64_t first_byte_ns_ = 0, last_byte_ns_ = 0;
};

// Writes one message after the other; what the parts point to must live until it is written.
class MessageWriter {
 public:
  MessageWriter() = default;
  MessageWriter(const MessageWriter&) = delete;
  MessageWriter& operator=(const MessageWriter&) = delete;

  // Throws Error(usage) where the parts together have 4 GiB or more.
  void begin(MessageType type, std::uint64_t number, std::span<const ByteSpan> parts);
  // Need::nothing: the last byte is with the kernel.
  [[nodiscard]] Need advance(SocketStream& stream);

 private:
  std::array<std::uint8_t, envelope_bytes> head_{};
  std::vector<ByteSpan> left_;  // not yet written, in order
  std::size_t next_ = 0;        // of left_
};

}  // namespace cutlink::wire
