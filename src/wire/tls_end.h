// TLS 1.3 with an external pre-shared key over a TcpSocket: fails closed (RFC 8446, RFC 9257). No
// certificates, no tickets, no early data; the key's exchange always has a fresh (EC)DHE, so a stolen key
// opens no past session.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "wire/key_file.h"
#include "wire/tcp_socket.h"

namespace cutlink::wire {

// What all connections of a server share: its keys.
class TlsServer {
 public:
  explicit TlsServer(KeyRing keys);
  ~TlsServer();

 private:
  friend class TlsEnd;
  struct State;
  std::unique_ptr<State> state_;
};

// Socket, server and key outlive it. Operations are as those of TcpSocket.
class TlsEnd {
 public:
  TlsEnd(TcpSocket& socket, const PresharedKey& key);  // the client's
  TlsEnd(TcpSocket& socket, const TlsServer& server);  // the server's
  ~TlsEnd();

  // Before anything else, until it needs nothing. Need::stranger: why() tells.
  [[nodiscard]] Need handshake();
  [[nodiscard]] Moved read(std::span<std::uint8_t> into);
  // At most one record. After Need::writable the next call must have the same bytes.
  [[nodiscard]] Moved write(std::span<const ByteSpan> parts);
  [[nodiscard]] bool has_buffered() const;  // bytes that were received, but not yet read
  void end_sending();

  [[nodiscard]] const std::string& identity() const;  // of the key that was used, after the handshake
  [[nodiscard]] const std::string& why() const;       // it was lost or is a stranger

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::wire
