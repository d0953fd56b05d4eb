#include "wire/tls/tls_context.h"

#include <openssl/err.h>

#include "base/error.h"

namespace cutlink::wire {

void must_tls(bool done, const char* what) {
  if (!done) {
    run_error(std::string("cannot set up TLS: ") + what);
  }
}

TlsContext make_tls_context(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method), &::SSL_CTX_free);
  must_tls(context != nullptr, "no context");
  SSL_CTX* raw = context.get();
  must_tls(SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) == 1, "TLS 1.3 is not there");
  must_tls(SSL_CTX_set_max_proto_version(raw, TLS1_3_VERSION) == 1, "TLS 1.3 is not there");
  must_tls(SSL_CTX_set_ciphersuites(raw, tls_suite_name) == 1, tls_suite_name);
  std::string groups = "X25519:P-256";  // the macro takes no constant
  must_tls(SSL_CTX_set1_groups_list(raw, groups.data()) == 1, "no group for the key exchange");
  // SSL_OP_ALLOW_NO_DHE_KEX stays unset: psk_dhe_ke only.
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  must_tls(SSL_CTX_set_num_tickets(raw, 0) == 1, "tickets cannot be switched off");
  must_tls(SSL_CTX_set_max_early_data(raw, 0) == 1, "early data cannot be switched off");
  must_tls(SSL_CTX_set_recv_max_early_data(raw, 0) == 1, "early data cannot be switched off");
  // One system call a record, not one for its header and one for the rest.
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_mode(
      raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return context;
}

std::string openssl_words() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "failed" : reason;
}

}  // namespace cutlink::wire
