// The server against clients that are not what it expects, and the client against such servers.
#include "wire/tls_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstring>
#include <thread>

#include "base/error.h"
#include "wire/raw_socket.h"
#include "wire/running_server.h"

namespace cutlink::wire {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

constexpr std::array<std::uint8_t, 7> the_alert = {21, 3, 3, 0, 2, 2, 40};

// What a stranger has.
struct Guise {
  int version = TLS1_3_VERSION;
  std::string identity;  // offered where `offers`
  std::array<std::uint8_t, 32> secret{};
  bool offers = true;
};

int offer_key(SSL* ssl, const EVP_MD*, const unsigned char** name, std::size_t* size, SSL_SESSION** session) {
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

unsigned offer_key_of_12(SSL* ssl, const char*, char* identity, unsigned identity_size, unsigned char* key,
                         unsigned) {
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

class AgainstTheServer : public testing::Test {
 protected:
  // What a client in this guise hears, to the end, and that the handler heard nothing.
  ByteVector heard_by(Guise guise) {
    const RawSocket socket = RawSocket::to(server_.port());
    PlainOpenssl client(TLS_client_method(), guise);
    SSL_set_connect_state(client.get());
    socket.send(client.step());
    const RawSocket::Heard heard = socket.hear_to_the_end(10s);
    EXPECT_TRUE(heard.ended);
    client.hear(heard.bytes);
    client.step();
    EXPECT_FALSE(SSL_is_init_finished(client.get()));
    EXPECT_EQ(handler_.messages(), 0U);
    return heard.bytes;
  }
  static Guise good_guise() { return {TLS1_3_VERSION, make_key(1).identity, make_key(1).secret, true}; }
  static ListenOptions options() {
    ListenOptions options = quick_listening(ring_of(make_key(1)));
    options.greeting_deadline = 1s;
    return options;
  }

  EchoHandler handler_;
  RunningServer server_{handler_, options()};
};

// So that the refusals below are not for another reason.
TEST_F(AgainstTheServer, PlainOpensslWithTheKeyIsLetIn) {
  Guise guise = good_guise();
  const RawSocket socket = RawSocket::to(server_.port());
  PlainOpenssl client(TLS_client_method(), guise);
  SSL_set_connect_state(client.get());
  socket.send(client.step());
  client.hear(socket.hear(10s).bytes);
  const ByteVector finished = client.step();
  ASSERT_TRUE(SSL_is_init_finished(client.get()));
  const ByteVector hello = message(MessageType::hello, 0, write_hello({}));
  SSL_write(client.get(), hello.data(), static_cast<int>(hello.size()));
  socket.send(finished);
  socket.send(client.to_send());
  EXPECT_FALSE(socket.hear(10s).bytes.empty());
  EXPECT_EQ(handler_.messages(), 1U);
  EXPECT_STREQ(SSL_get_cipher_name(client.get()), "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(SSL_get_max_early_data(client.get()), 0U);
}

TEST_F(AgainstTheServer, AWrongKeyIsToldNothing) {
  Guise guise = good_guise();
  guise.secret[31] ^= 1;
  EXPECT_THAT(heard_by(guise), ElementsAreArray(the_alert));
}

TEST_F(AgainstTheServer, AnUnknownIdentityIsToldTheSame) {
  Guise guise = good_guise();
  guise.identity = make_key(2).identity;
  EXPECT_THAT(heard_by(guise), ElementsAreArray(the_alert));
  guise.identity.resize(guise.identity.size() - 1);
  EXPECT_THAT(heard_by(guise), ElementsAreArray(the_alert));
  guise.identity = std::string(1000, 'x');
  EXPECT_THAT(heard_by(guise), ElementsAreArray(the_alert));
}

TEST_F(AgainstTheServer, AnEmptyIdentityIsToldTheSame) {
  Guise guise = good_guise();
  guise.identity = "";
  EXPECT_FALSE(heard_by(guise).size() > the_alert.size());
  // OpenSSL as a client does not offer an empty one: put it on the wire by hand, in place of the good one.
  guise = good_guise();
  PlainOpenssl client(TLS_client_method(), guise);
  SSL_set_connect_state(client.get());
  ByteVector flight = client.step();
  const std::string& name = guise.identity;
  const auto at = std::search(flight.begin(), flight.end(), name.begin(), name.end());
  ASSERT_NE(at, flight.end());
  *(at - 1) = 0;  // the identity's length: what follows is then read as its age and more identities
  const RawSocket socket = RawSocket::to(server_.port());
  socket.send(flight);
  const RawSocket::Heard heard = socket.hear_to_the_end(10s);
  EXPECT_TRUE(heard.ended);
  EXPECT_THAT(heard.bytes, ElementsAreArray(the_alert));
  EXPECT_EQ(handler_.messages(), 0U);
}

TEST_F(AgainstTheServer, NoKeyIsToldTheSame) {
  Guise guise = good_guise();
  guise.offers = false;
  EXPECT_THAT(heard_by(guise), ElementsAreArray(the_alert));
}

TEST_F(AgainstTheServer, Tls12IsToldTheSame) {
  Guise guise = good_guise();
  guise.version = TLS1_2_VERSION;
  EXPECT_THAT(heard_by(guise), ElementsAreArray(the_alert));
}

TEST_F(AgainstTheServer, NoTlsIsToldNothing) {
  const RawSocket socket = RawSocket::to(server_.port());
  socket.send(message(MessageType::hello, 0, write_hello({})));
  const RawSocket::Heard heard = socket.hear_to_the_end(10s);
  EXPECT_TRUE(heard.ended);
  EXPECT_TRUE(heard.bytes.empty());
  EXPECT_EQ(handler_.messages(), 0U);
}

// It waits for a client's hello, as the server does: the deadline ends it.
TEST_F(AgainstTheServer, AServerInTheClientsPlaceHearsNothing) {
  Guise guise = good_guise();
  const RawSocket socket = RawSocket::to(server_.port());
  PlainOpenssl other(TLS_server_method(), guise);
  SSL_set_accept_state(other.get());
  EXPECT_TRUE(other.step().empty());
  const RawSocket::Heard heard = socket.hear_to_the_end(10s);
  EXPECT_TRUE(heard.ended);
  EXPECT_TRUE(heard.bytes.empty());
  EXPECT_EQ(handler_.messages(), 0U);
}

// All that a client sent, once more: its (EC)DHE is not the one that the server drew this time.
TEST_F(AgainstTheServer, AReplayedFlightDoesNotReachTheHandler) {
  Guise guise = good_guise();
  PlainOpenssl client(TLS_client_method(), guise);
  SSL_set_connect_state(client.get());
  ByteVector all = client.step();
  {
    const RawSocket socket = RawSocket::to(server_.port());
    socket.send(all);
    client.hear(socket.hear(10s).bytes);
    ByteVector rest = client.step();
    const ByteVector hello = message(MessageType::hello, 0, write_hello({}));
    SSL_write(client.get(), hello.data(), static_cast<int>(hello.size()));
    const ByteVector more = client.to_send();
    rest.insert(rest.end(), more.begin(), more.end());
    socket.send(rest);
    EXPECT_FALSE(socket.hear(10s).bytes.empty());
    all.insert(all.end(), rest.begin(), rest.end());
  }
  ASSERT_EQ(handler_.messages(), 1U);
  const RawSocket socket = RawSocket::to(server_.port());
  socket.send(all);
  EXPECT_TRUE(socket.hear_to_the_end(10s).ended);
  EXPECT_EQ(handler_.messages(), 1U);
}

// --- the client

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
