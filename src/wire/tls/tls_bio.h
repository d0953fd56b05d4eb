// OpenSSL's way to the socket: counts with it, raises no SIGPIPE, and tells a stranger nothing.
#pragma once

#include <openssl/bio.h>

#include "wire/tcp_socket.h"

namespace cutlink::wire {

struct TlsGate {
  TcpSocket& socket;
  bool is_server = false;
  bool is_open = false;     // the handshake is done
  bool speaks_tls = false;  // the peer's first byte was that of a TLS handshake
  bool has_received = false;
  bool is_full = false;  // more came before the handshake was done than one has
};

// What a peer may send until the handshake is done: certificates are a few kB.
inline constexpr std::uint64_t max_handshake_bytes = 64ULL * 1024;

// `gate` outlives it. Null on failure.
[[nodiscard]] BIO* make_tls_bio(TlsGate& gate);

}  // namespace cutlink::wire
