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
};

// `gate` outlives it. Null on failure.
[[nodiscard]] BIO* make_tls_bio(TlsGate& gate);

}  // namespace cutlink::wire
