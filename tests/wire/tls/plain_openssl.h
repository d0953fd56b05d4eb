// OpenSSL as it comes, in the place of one end: what a stranger may do.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "base/byte_io.h"

namespace cutlink::wire {

// What a stranger has.
struct Guise {
  int version = TLS1_3_VERSION;
  std::string identity;  // offered where `offers`
  std::array<std::uint8_t, 32> secret{};
  bool offers = true;
};

inline int offer_key(SSL* ssl, const EVP_MD*, const unsigned char** name, std::size_t* size,
                     SSL_SESSION** session) {
  const auto& guise = *static_cast<const Guise*>(SSL_get_app_data(ssl));
  const std::array<unsigned char, 2> suite = {0x13, 0x01};
  *session = SSL_SESSION_new();
  SSL_SESSION_set1_master_key(*session, guise.secret.data(), guise.secret.size());
  SSL_SESSION_set_cipher(*session, SSL_CIPHER_find(ssl, suite.data()));
  SSL_SESSION_set_protocol_version(*session, TLS1_3_VERSION);
  *name = static_cast<const unsigned char*>(static_cast<const void*>(guise.identity.data()));
  *size = guise.identity.size();
  return 1;
}

inline unsigned offer_key_of_12(SSL* ssl, const char*, char* identity, unsigned identity_size,
                                unsigned char* key, unsigned) {
  const auto& guise = *static_cast<const Guise*>(SSL_get_app_data(ssl));
  std::strncpy(identity, guise.identity.c_str(), identity_size - 1);
  std::memcpy(key, guise.secret.data(), guise.secret.size());
  return static_cast<unsigned>(guise.secret.size());
}

// OpenSSL as it comes, over memory, so that a test sees every byte.
class PlainOpenssl {
 public:
  PlainOpenssl(const SSL_METHOD* method, Guise& guise)
      : context_(SSL_CTX_new(method), &::SSL_CTX_free), ssl_(nullptr, &::SSL_free) {
    SSL_CTX_set_min_proto_version(context_.get(), guise.version);
    SSL_CTX_set_max_proto_version(context_.get(), guise.version);
    SSL_CTX_set_options(context_.get(), SSL_OP_ALLOW_NO_DHE_KEX);
    if (guise.offers) {
      SSL_CTX_set_psk_use_session_callback(context_.get(), &offer_key);
      SSL_CTX_set_psk_client_callback(context_.get(), &offer_key_of_12);
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_app_data(ssl_.get(), &guise);
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  }
  [[nodiscard]] SSL* get() const { return ssl_.get(); }
  [[nodiscard]] SSL_CTX* context() const { return context_.get(); }

  // One step; what it wants to send.
  ByteVector step() {
    SSL_do_handshake(ssl_.get());
    return to_send();
  }
  ByteVector to_send() {
    char* data = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &data);
    const auto* bytes = static_cast<const std::uint8_t*>(static_cast<const void*>(data));
    ByteVector out(bytes, bytes + size);
    static_cast<void>(BIO_reset(SSL_get_wbio(ssl_.get())));
    return out;
  }
  void hear(ByteSpan bytes) {
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_;
};

}  // namespace cutlink::wire
