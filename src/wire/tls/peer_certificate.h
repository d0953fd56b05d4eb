// How a peer's certificate is judged, and who it says the peer is. For wire's own sources, as tls_context.h.
#pragma once

#include <openssl/ssl.h>

#include <string>

#include "wire/tls/certificates.h"

namespace cutlink::wire {

// Both ends must show a certificate, at the end of a chain to the context's own store, for its role.
void require_certificate(SSL_CTX* context);

// The server's certificate must be for this host name or address. Throws Error(usage) where it is neither.
void require_name(SSL* ssl, const std::string& name);

// The extended key usage says so, in as many words: a certificate that says nothing is for neither role.
[[nodiscard]] bool is_for(X509* certificate, TlsRole role);

// "certificate-" and the SHA-256 of its public key in hexadecimal digits: a renewed certificate of the same
// key is the same peer. Empty on failure.
[[nodiscard]] std::string identity_of(X509* certificate);

// The subject's common name in printable ASCII, all else as \xNN; "" where it has none. For people only: two
// peers may have the same.
[[nodiscard]] std::string common_name_of(X509* certificate);

}  // namespace cutlink::wire
