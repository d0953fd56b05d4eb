// The client with a key against servers that are not what it expects.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <thread>

#include "base/error.h"
#include "base/steady_now.h"
#include "base/temporary_folder.h"
#include "wire/raw_socket.h"
#include "wire/server/running_server.h"
#include "wire/tls/plain_openssl.h"
#include "wire/tls/test_authority.h"
#include "wire/tls/tls_end.h"

namespace cutlink::wire {
namespace {

using testing::HasSubstr;

ErrorKind kind_of_failure(const ConnectOptions& options, std::string* text = nullptr) {
  try {
    const ClientConnection client(options);
  } catch (const Error& error) {
    if (text != nullptr) {
      *text = error.what();
    }
    return error.kind();
  } catch (const ConnectionLost&) {
    return ErrorKind::run;
  }
  return ErrorKind::check;  // it connected
}

TEST(AgainstAClient, AServerWithAnotherSecretIsRefused) {
  PresharedKey key = make_key(1);
  key.secret[0] ^= 1;
  EchoHandler handler;
  RunningServer server(handler, quick_listening(ring_of(key)));
  std::string text;
  EXPECT_EQ(kind_of_failure(connect_to(server.port(), make_key(1)), &text), ErrorKind::peer);
  EXPECT_THAT(text, HasSubstr("authentication failed"));
}

TEST(AgainstAClient, AServerWithoutTlsIsRefused) {
  EchoHandler handler;
  RunningServer server(handler);
  EXPECT_EQ(kind_of_failure(connect_to(server.port(), make_key(1))), ErrorKind::peer);
}

TEST(AgainstAClient, AServerOfAnotherKindIsSaidToBeOne) {
  const TemporaryFolder folder;
  const TestAuthority authority(folder / "");
  EchoHandler handler;
  RunningServer plain(handler), keys(handler, quick_listening(ring_of(make_key(1)))),
      certificates(handler, quick_listening(authority.for_server()));
  const auto said = [](const ConnectOptions& options) {
    std::string text;
    EXPECT_EQ(kind_of_failure(options, &text), ErrorKind::peer);
    return text;
  };
  EXPECT_THAT(said(connect_to(plain.port(), make_key(1))), HasSubstr("without TLS: leave --key out"));
  EXPECT_THAT(said(connect_to(plain.port(), authority.for_client())),
              HasSubstr("without TLS: leave --certificate out"));
  EXPECT_THAT(said(connect_to(certificates.port(), make_key(1))),
              HasSubstr("give this client's --certificate,"));
  EXPECT_THAT(said(connect_to(keys.port(), authority.for_client())), HasSubstr("give this client's --key"));
  EXPECT_THAT(said(connect_to(keys.port(), make_key(2))),
              HasSubstr("does the server have this key, cutlink-"));
}

void give_certificate(SSL_CTX* context) {
  const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &::EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&::X509_free)> certificate(X509_new(), &::X509_free);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  ASSERT_EQ(SSL_CTX_use_certificate(context, certificate.get()), 1);
  ASSERT_EQ(SSL_CTX_use_PrivateKey(context, key.get()), 1);
}

TEST(AgainstAClient, AServerWithACertificateButWithoutTheKeyIsRefused) {
  const RawListener listener;
  std::thread server([&listener] {
    Guise guise;
    guise.offers = false;
    const RawSocket socket = listener.accept();
    PlainOpenssl other(TLS_server_method(), guise);
    give_certificate(other.context());
    const std::unique_ptr<SSL, decltype(&::SSL_free)> ssl(SSL_new(other.context()), &::SSL_free);
    SSL_set_fd(ssl.get(), socket.number());
    EXPECT_NE(SSL_accept(ssl.get()), 1);
  });
  EXPECT_EQ(kind_of_failure(connect_to(listener.port(), make_key(1))), ErrorKind::peer);
  server.join();
}

TEST(AgainstAClient, ACutHandshakeIsLostNotRefused) {
  const RawListener listener;
  std::thread server([&listener] {
    const RawSocket socket = listener.accept();
    static_cast<void>(socket.hear(10s));
  });
  EXPECT_EQ(kind_of_failure(connect_to(listener.port(), make_key(1))), ErrorKind::run);
  server.join();
}

TEST(AgainstAClient, ASilentServerIsLostAtTheDeadline) {
  const RawListener listener;
  ConnectOptions options = connect_to(listener.port(), make_key(1));
  options.connect_deadline = 200ms;
  const std::int64_t begin = steady_now_ns();
  EXPECT_EQ(kind_of_failure(options), ErrorKind::run);
  EXPECT_GE(steady_now_ns() - begin, 200'000'000);
}

}  // namespace
}  // namespace cutlink::wire
