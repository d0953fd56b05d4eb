#include "wire/tls_end.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "wire/tls_bio.h"

namespace cutlink::wire {

namespace {

constexpr std::size_t record_bytes = 16 * 1024;  // the most that a TLS record carries
constexpr std::array<unsigned char, 2> suite_id = {0x13, 0x01};
constexpr const char* suite_name = "TLS_AES_128_GCM_SHA256";

using Context = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;
using Ssl = std::unique_ptr<SSL, decltype(&::SSL_free)>;

void must(bool done, const char* what) {
  if (!done) {
    run_error(std::string("cannot set up TLS: ") + what);
  }
}

Context make_context(const SSL_METHOD* method) {
  Context context(SSL_CTX_new(method), &::SSL_CTX_free);
  must(context != nullptr, "no context");
  SSL_CTX* raw = context.get();
  must(SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) == 1, "TLS 1.3 is not there");
  must(SSL_CTX_set_max_proto_version(raw, TLS1_3_VERSION) == 1, "TLS 1.3 is not there");
  must(SSL_CTX_set_ciphersuites(raw, suite_name) == 1, suite_name);
  std::string groups = "X25519:P-256";  // the macro takes no constant
  must(SSL_CTX_set1_groups_list(raw, groups.data()) == 1, "no group for the key exchange");
  // SSL_OP_ALLOW_NO_DHE_KEX stays unset: psk_dhe_ke only.
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  must(SSL_CTX_set_num_tickets(raw, 0) == 1, "tickets cannot be switched off");
  must(SSL_CTX_set_max_early_data(raw, 0) == 1, "early data cannot be switched off");
  must(SSL_CTX_set_recv_max_early_data(raw, 0) == 1, "early data cannot be switched off");
  // One system call a record, not one for its header and one for the rest.
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_mode(
      raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return context;
}

// The pre-shared key in the form in which OpenSSL takes one; null on failure.
SSL_SESSION* make_session(SSL* ssl, const PresharedKey& key) {
  const SSL_CIPHER* suite = SSL_CIPHER_find(ssl, suite_id.data());
  std::unique_ptr<SSL_SESSION, decltype(&::SSL_SESSION_free)> session(SSL_SESSION_new(), &::SSL_SESSION_free);
  if (suite == nullptr || session == nullptr ||
      SSL_SESSION_set1_master_key(session.get(), key.secret.data(), key.secret.size()) != 1 ||
      SSL_SESSION_set_cipher(session.get(), suite) != 1 ||
      SSL_SESSION_set_protocol_version(session.get(), TLS1_3_VERSION) != 1) {
    return nullptr;
  }
  return session.release();
}

std::string openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return std::string("TLS: ") + (reason == nullptr ? "failed" : reason);
}

}  // namespace

struct TlsServer::State {
  KeyRing keys;
  Context context{nullptr, &::SSL_CTX_free};
};

struct TlsEnd::State {
  TcpSocket& socket;
  bool is_server;
  TlsGate gate;
  Context own_context{nullptr, &::SSL_CTX_free};  // the client's
  const PresharedKey* key = nullptr;              // the client's, or the one that the server found
  Ssl ssl{nullptr, &::SSL_free};
  std::vector<std::uint8_t> staged;  // one record of several parts
  std::string identity;
  std::string why;

  State(TcpSocket& s, bool server) : socket(s), is_server(server), gate{s, server} {}

  void open(SSL_CTX* context) {
    ssl.reset(SSL_new(context));
    must(ssl != nullptr, "no connection");
    BIO* bio = make_tls_bio(gate);
    must(bio != nullptr, "no transport");
    SSL_set_bio(ssl.get(), bio, bio);
    SSL_set_app_data(ssl.get(), this);
    is_server ? SSL_set_accept_state(ssl.get()) : SSL_set_connect_state(ssl.get());
  }

  // After a call that returned `result`, which was no success.
  Need need_after(int result) {
    const int kind = SSL_get_error(ssl.get(), result);
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
        why = openssl_reason();
        return gate.is_open ? Need::lost : Need::stranger;
    }
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
  state_->context = make_context(TLS_server_method());
  SSL_CTX_set_app_data(state_->context.get(), state_.get());
}

TlsServer::~TlsServer() = default;

TlsEnd::TlsEnd(TcpSocket& socket, const PresharedKey& key) : state_(std::make_unique<State>(socket, false)) {
  state_->key = &key;
  state_->own_context = make_context(TLS_client_method());
  // No certificate is ever good: a server without the key cannot take that way.
  SSL_CTX_set_verify(state_->own_context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_psk_use_session_callback(state_->own_context.get(), &State::use_session);
  state_->open(state_->own_context.get());
}

TlsEnd::TlsEnd(TcpSocket& socket, const TlsServer& server) : state_(std::make_unique<State>(socket, true)) {
  state_->open(server.state_->context.get());
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
  // Fail closed: a handshake that did not use the key is no success, whatever it says.
  if (SSL_session_reused(ssl) != 1 || state_->key == nullptr || SSL_version(ssl) != TLS1_3_VERSION) {
    state_->why = "TLS: the key was not used";
    return Need::stranger;
  }
  state_->identity = state_->key->identity;
  state_->gate.is_open = true;
  return Need::nothing;
}

Moved TlsEnd::read(std::span<std::uint8_t> into) {
  ERR_clear_error();
  std::size_t n = 0;
  const int result = SSL_read_ex(state_->ssl.get(), into.data(), into.size(), &n);
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

const std::string& TlsEnd::why() const { return state_->why; }

}  // namespace cutlink::wire
