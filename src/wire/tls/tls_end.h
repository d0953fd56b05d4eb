// TLS 1.3 over a TcpSocket, with an external pre-shared key (RFC 9257) or with a certificate at each end
// (RFC 8446): fails closed. No tickets, no early data; the key exchange always has a fresh (EC)DHE, so a
// stolen key opens no past session.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "wire/tcp_socket.h"
#include "wire/tls/certificates.h"
#include "wire/tls/key_file.h"

namespace cutlink::wire {

// What all connections of a server share: its keys, or its certificates.
class TlsServer {
 public:
  explicit TlsServer(KeyRing keys);
  explicit TlsServer(Certificates certificates);
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
  // The client's; the server's certificate must be for server_name, a host name or an address.
  TlsEnd(TcpSocket& socket, const Certificates& certificates, const std::string& server_name);
  TlsEnd(TcpSocket& socket, const TlsServer& server);  // the server's
  ~TlsEnd();

  // Before anything else, until it needs nothing. Need::stranger: why() tells.
  [[nodiscard]] Need handshake();
  // A client with a certificate hears with its first read whether the server took it: Need::stranger, if not.
  [[nodiscard]] Moved read(std::span<std::uint8_t> into);
  // At most one record. After Need::writable the next call must have the same bytes.
  [[nodiscard]] Moved write(std::span<const ByteSpan> parts);
  [[nodiscard]] bool has_buffered() const;  // bytes that were received, but not yet read
  void end_sending();

  // After the handshake: who the peer is, by its key's name or its certificate's key, and the name that its
  // certificate has for people, in printable ASCII.
  [[nodiscard]] const std::string& identity() const;
  [[nodiscard]] const std::string& common_name() const;
  [[nodiscard]] const std::string& why() const;  // it was lost or is a stranger

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::wire
