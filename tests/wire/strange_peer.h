// Plain OpenSSL with certificates that our own ends would not even load, as a client and as a server.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <thread>

#include "wire/raw_socket.h"
#include "wire/server/running_server.h"
#include "wire/tls/test_authority.h"

namespace cutlink::wire {

inline constexpr int no_alert = -1;
inline constexpr int cut = -2;  // no alert, but the end

struct Strange {
  int alert = no_alert;  // that ended it; none: the server answered
  bool has_ticket = false;
};

using PlainContext = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;

// files: none, no certificate.
inline PlainContext plain_context(const SSL_METHOD* method, const std::optional<CertificateFiles>& files) {
  PlainContext context(SSL_CTX_new(method), &::SSL_CTX_free);
  if (files) {
    EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context.get(), files->certificate.c_str()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context.get(), files->key.c_str(), SSL_FILETYPE_PEM), 1);
    EXPECT_EQ(SSL_CTX_load_verify_file(context.get(), files->authority.c_str()), 1);
  }
  return context;
}

// Over memory and a RawSocket: OpenSSL's own sockets raise SIGPIPE.
class PlainEnd {
 public:
  PlainEnd(SSL_CTX* context, const RawSocket& socket) : socket_(socket), ssl_(SSL_new(context), &::SSL_free) {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  }
  [[nodiscard]] SSL* get() const { return ssl_.get(); }

  // Calls `step` until it is done, or failed for another reason than that it waits for the peer.
  template <typename Step>
  int drive(Step step) {
    for (;;) {
      ERR_clear_error();
      const int result = step(ssl_.get());
      send();
      if (result > 0 || SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) {
        return result;
      }
      const ByteVector heard = socket_.hear(10s).bytes;
      if (heard.empty()) {
        return -1;
      }
      BIO_write(SSL_get_rbio(ssl_.get()), heard.data(), static_cast<int>(heard.size()));
    }
  }
  [[nodiscard]] static int alert() {
    const unsigned long error = ERR_peek_last_error();
    return error == 0 ? cut : ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET;
  }

 private:
  void send() {
    char* data = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &data);
    const auto* bytes = static_cast<const std::uint8_t*>(static_cast<const void*>(data));
    socket_.send({bytes, static_cast<std::size_t>(size)});
    static_cast<void>(BIO_reset(SSL_get_wbio(ssl_.get())));
  }

  const RawSocket& socket_;
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_;
};

// What a client with these files hears when it says hello, with `more` copies of its certificate in the
// chain.
inline Strange heard_by(std::uint16_t port, const std::optional<CertificateFiles>& files, int more = 0) {
  const PlainContext context = plain_context(TLS_client_method(), files);
  for (int i = 0; i < more; ++i) {
    SSL_CTX_add1_chain_cert(context.get(), SSL_CTX_get0_certificate(context.get()));
  }
  SSL_CTX_set_mode(context.get(), SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT);
  const RawSocket socket = RawSocket::to(port);
  PlainEnd end(context.get(), socket);
  const ByteVector hello = message(MessageType::hello, 0, write_hello({}));
  ByteVector answer(1000);
  const bool answered =
      end.drive(&::SSL_connect) == 1 &&
      end.drive([&](SSL* s) { return SSL_write(s, hello.data(), static_cast<int>(hello.size())); }) > 0 &&
      end.drive([&](SSL* s) { return SSL_read(s, answer.data(), static_cast<int>(answer.size())); }) > 0;
  Strange seen;
  seen.alert = answered ? no_alert : PlainEnd::alert();
  seen.has_ticket = SSL_SESSION_is_resumable(SSL_get0_session(end.get())) == 1;
  return seen;
}

// A server that takes one connection.
class StrangeServer {
 public:
  explicit StrangeServer(const CertificateFiles& files)
      : thread_([this, files] {
          const PlainContext context = plain_context(TLS_server_method(), files);
          SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
          const RawSocket socket = listener_.accept();
          PlainEnd end(context.get(), socket);
          static_cast<void>(end.drive(&::SSL_accept));
        }) {}
  ~StrangeServer() { thread_.join(); }
  StrangeServer(const StrangeServer&) = delete;
  StrangeServer& operator=(const StrangeServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

 private:
  RawListener listener_;
  std::thread thread_;
};

}  // namespace cutlink::wire
