// What every TLS connection of ours has in common, with keys and with certificates: TLS 1.3 with one suite
// and a fresh (EC)DHE, no tickets, no early data. Brings OpenSSL's headers: for wire's own sources only.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>

namespace cutlink::wire {

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;

inline constexpr std::array<unsigned char, 2> tls_suite_id = {0x13, 0x01};
inline constexpr const char* tls_suite_name = "TLS_AES_128_GCM_SHA256";

// Throws Error(run) where OpenSSL here cannot do it.
[[nodiscard]] TlsContext make_tls_context(const SSL_METHOD* method);

// Throws Error(run) where `done` is not so.
void must_tls(bool done, const char* what);

// What OpenSSL said of the last call that failed, in its words.
[[nodiscard]] std::string openssl_words();

}  // namespace cutlink::wire
