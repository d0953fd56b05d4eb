#include "wire/tls/tls_end.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <vector>

#include "wire/tls/peer_certificate.h"
#include "wire/tls/tls_bio.h"
#include "wire/tls/tls_context.h"

namespace cutlink::wire {

namespace {

constexpr std::size_t record_bytes = 16 * 1024;  // the most that a TLS record carries
using Ssl = std::unique_ptr<SSL, decltype(&::SSL_free)>;

// The pre-shared key in the form in which OpenSSL takes one; null on failure.
SSL_SESSION* make_session(SSL* ssl, const PresharedKey& key) {
  const SSL_CIPHER* suite = SSL_CIPHER_find(ssl, tls_suite_id.data());
  std::unique_ptr<SSL_SESSION, decltype(&::SSL_SESSION_free)> session(SSL_SESSION_new(), &::SSL_SESSION_free);
  if (suite == nullptr || session == nullptr ||
      SSL_SESSION_set1_master_key(session.get(), key.secret.data(), key.secret.size()) != 1 ||
      SSL_SESSION_set_cipher(session.get(), suite) != 1 ||
      SSL_SESSION_set_protocol_version(session.get(), TLS1_3_VERSION) != 1) {
    return nullptr;
  }
  return session.release();
}

// RFC 8446 §6: the peer said in a fatal alert that it will not have us.
bool is_alert(unsigned long error) {
  return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) >= SSL_AD_REASON_OFFSET;
}

}  // namespace

struct TlsServer::State {
  KeyRing keys;
  std::optional<Certificates> certificates;
  TlsContext key_context{nullptr, &::SSL_CTX_free};  // where there are no certificates
};

struct TlsEnd::State {
  TcpSocket& socket;
  bool is_server;
  TlsGate gate;
  TlsContext own_context{nullptr, &::SSL_CTX_free};  // the client's, with a key
  bool has_certificate = false;                      // as both ends must; else keys
  // The peer has let us in. A client with a certificate is done with the handshake before the server has
  // looked at it (RFC 8446 §2): only the first bytes of the session tell.
  bool is_accepted = false;
  const PresharedKey* key = nullptr;  // the client's, or the one that the server found
  Ssl ssl{nullptr, &::SSL_free};
  std::vector<std::uint8_t> staged;  // one record of several parts
  std::string identity;
  std::string common_name;
  std::string why;

  State(TcpSocket& s, bool server) : socket(s), is_server(server), gate{s, server} {}

  void open(SSL_CTX* context) {
    ssl.reset(SSL_new(context));
    must_tls(ssl != nullptr, "no connection");
    BIO* bio = make_tls_bio(gate);
    must_tls(bio != nullptr, "no transport");
    SSL_set_bio(ssl.get(), bio, bio);
    SSL_set_app_data(ssl.get(), this);
    is_server ? SSL_set_accept_state(ssl.get()) : SSL_set_connect_state(ssl.get());
  }

  // After a call that returned `result`, which was no success.
  Need need_after(int result) {
    const int kind = SSL_get_error(ssl.get(), result);
    const bool was_refused = gate.is_open && !is_accepted && is_alert(ERR_peek_last_error());
    if (was_refused) {  // before all else: writing to a server that refused fails as well
      why = "the server refused our certificate (TLS: " + openssl_words() +
            "): it must be signed by the server's --client-ca for clientAuth, and be valid by its clock";
      return Need::stranger;
    }
    if (socket.is_lost()) {
      why = socket.why();
      return Need::lost;
    }
    switch (kind) {
      case SSL_ERROR_WANT_READ:
        return Need::readable;
      case SSL_ERROR_WANT_WRITE:
        return Need::writable;
      case SSL_ERROR_ZERO_RETURN:
        why = "the peer closed it";
        return Need::lost;
      default:
        why = "TLS: " + failure();
        return gate.is_open ? Need::lost : Need::stranger;
    }
  }

  // Of a client whose handshake failed before the server had shown itself. A server tells strangers nothing.
  [[nodiscard]] std::string likely_cause() const {
    const unsigned long error = ERR_peek_last_error();
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER) {
      return std::string(" (the server speaks without TLS: leave ") +
             (has_certificate ? "--certificate" : "--key") + " out, or start it with " +
             (has_certificate ? "--certificate)" : "--keys)");
    }
    if (has_certificate) {
      return " (does the server take keys, not certificates? then give this client's --key)";
    }
    return " (does the server have this key, " + key->identity + ", in its --keys?)";
  }

  [[nodiscard]] std::string failure() const {
    const long verdict = SSL_get_verify_result(ssl.get());
    if (is_server || gate.is_full) {
      return gate.is_full ? "more was sent than a handshake has" : openssl_words();
    }
    // Unspecified: what a session has that is made of a key.
    if (verdict == X509_V_OK || verdict == X509_V_ERR_UNSPECIFIED) {
      return openssl_words() + likely_cause();
    }
    if (!has_certificate) {
      return "the server shows a certificate and wants one, no key (give this client's --certificate, "
             "--certificate-key and --server-ca)";
    }
    const bool is_name = verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH;
    return std::string("the server's certificate is refused: ") + X509_verify_cert_error_string(verdict) +
           (is_name ? " (where it is for another name, say which with --server-name)" : "");
  }

  // Fail closed: a handshake that did not use the key, or the certificates, is no success, whatever it says.
  [[nodiscard]] bool has_used_key() const { return SSL_session_reused(ssl.get()) == 1 && key != nullptr; }
  [[nodiscard]] bool has_used_certificates() {
    X509* peer = SSL_get0_peer_certificate(ssl.get());
    if (SSL_session_reused(ssl.get()) == 1 || peer == nullptr ||
        SSL_get_verify_result(ssl.get()) != X509_V_OK ||
        !is_for(peer, is_server ? TlsRole::client : TlsRole::server)) {
      return false;
    }
    identity = identity_of(peer);
    common_name = common_name_of(peer);
    return !identity.empty();
  }

  // The server's callback. RFC 9257; the manual's trap is success with a null session: the handshake would go
  // on without a key. So an identity that is not known is a failure.
  static int find_session(SSL* ssl, const unsigned char* name, std::size_t size, SSL_SESSION** session) {
    *session = nullptr;
    auto& self = *static_cast<State*>(SSL_get_app_data(ssl));
    const auto& server = *static_cast<const TlsServer::State*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    const auto found = server.keys.find(std::string(name, name + size));
    if (size == 0 || found == server.keys.end()) {
      return 0;
    }
    *session = make_session(ssl, found->second);
    self.key = *session == nullptr ? nullptr : &found->second;
    return *session == nullptr ? 0 : 1;
  }

  // The client's. `digest`: set when the server asked to begin again, and then of its suite.
  static int use_session(SSL* ssl, const EVP_MD* digest, const unsigned char** name, std::size_t* size,
                         SSL_SESSION** session) {
    *session = nullptr;
    const auto& self = *static_cast<State*>(SSL_get_app_data(ssl));
    if (digest != nullptr && EVP_MD_get_type(digest) != NID_sha256) {
      return 0;
    }
    *session = make_session(ssl, *self.key);
    static_assert(sizeof(unsigned char) == sizeof(char));
    *name = static_cast<const unsigned char*>(static_cast<const void*>(self.key->identity.data()));
    *size = self.key->identity.size();
    return *session == nullptr ? 0 : 1;
  }
};

TlsServer::TlsServer(KeyRing keys) : state_(std::make_unique<State>()) {
  state_->keys = std::move(keys);
  state_->key_context = make_tls_context(TLS_server_method());
  SSL_CTX_set_app_data(state_->key_context.get(), state_.get());
}

TlsServer::TlsServer(Certificates certificates) : state_(std::make_unique<State>()) {
  assert(certificates.role() == TlsRole::server);
  state_->certificates = std::move(certificates);
}

TlsServer::~TlsServer() = default;

TlsEnd::TlsEnd(TcpSocket& socket, const PresharedKey& key) : state_(std::make_unique<State>(socket, false)) {
  state_->key = &key;
  state_->own_context = make_tls_context(TLS_client_method());
  // No certificate is ever good: a server without the key cannot take that way.
  SSL_CTX_set_verify(state_->own_context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_psk_use_session_callback(state_->own_context.get(), &State::use_session);
  state_->open(state_->own_context.get());
}

TlsEnd::TlsEnd(TcpSocket& socket, const Certificates& certificates, const std::string& server_name)
    : state_(std::make_unique<State>(socket, false)) {
  assert(certificates.role() == TlsRole::client);
  state_->has_certificate = true;
  state_->open(certificates.context());
  require_name(state_->ssl.get(), server_name);
}

TlsEnd::TlsEnd(TcpSocket& socket, const TlsServer& server) : state_(std::make_unique<State>(socket, true)) {
  if (server.state_->certificates) {
    state_->has_certificate = true;
    state_->open(server.state_->certificates->context());
    return;
  }
  state_->open(server.state_->key_context.get());
  SSL_set_psk_find_session_callback(state_->ssl.get(), &State::find_session);
}

TlsEnd::~TlsEnd() = default;

Need TlsEnd::handshake() {
  SSL* ssl = state_->ssl.get();
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl);
  if (result != 1) {
    return state_->need_after(result);
  }
  const bool is_known = state_->has_certificate ? state_->has_used_certificates() : state_->has_used_key();
  if (!is_known || SSL_version(ssl) != TLS1_3_VERSION) {
    state_->why = state_->has_certificate ? "TLS: no certificate was used" : "TLS: the key was not used";
    return Need::stranger;
  }
  if (!state_->has_certificate) {
    state_->identity = state_->key->identity;
  }
  state_->gate.is_open = true;
  state_->is_accepted = state_->is_server || !state_->has_certificate;
  return Need::nothing;
}

Moved TlsEnd::read(std::span<std::uint8_t> into) {
  ERR_clear_error();
  std::size_t n = 0;
  const int result = SSL_read_ex(state_->ssl.get(), into.data(), into.size(), &n);
  state_->is_accepted = state_->is_accepted || result == 1;
  return result == 1 ? Moved{n, Need::nothing} : Moved{0, state_->need_after(result)};
}

Moved TlsEnd::write(std::span<const ByteSpan> parts) {
  ByteSpan record = parts.front().first(std::min(parts.front().size(), record_bytes));
  if (record.size() < record_bytes && parts.size() > 1) {
    state_->staged.clear();  // small parts share a record; a long part is never copied
    for (const ByteSpan part : parts) {
      const std::size_t n = std::min(part.size(), record_bytes - state_->staged.size());
      state_->staged.insert(state_->staged.end(), part.begin(),
                            part.begin() + static_cast<std::ptrdiff_t>(n));
    }
    record = state_->staged;
  }
  ERR_clear_error();
  std::size_t n = 0;
  const int result = SSL_write_ex(state_->ssl.get(), record.data(), record.size(), &n);
  return result == 1 ? Moved{n, Need::nothing} : Moved{0, state_->need_after(result)};
}

bool TlsEnd::has_buffered() const { return SSL_has_pending(state_->ssl.get()) == 1; }

void TlsEnd::end_sending() {
  ERR_clear_error();
  static_cast<void>(SSL_shutdown(state_->ssl.get()));
  ERR_clear_error();
}

const std::string& TlsEnd::identity() const { return state_->identity; }

const std::string& TlsEnd::common_name() const { return state_->common_name; }

const std::string& TlsEnd::why() const { return state_->why; }

}  // namespace cutlink::wire
