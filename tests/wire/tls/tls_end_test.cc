// The server against clients that are not what it expects; tls_client_test.cc: the client against such
// servers.
#include "wire/tls/tls_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "wire/raw_socket.h"
#include "wire/server/running_server.h"
#include "wire/tls/plain_openssl.h"

namespace cutlink::wire {
namespace {

using testing::ElementsAreArray;

constexpr std::array<std::uint8_t, 7> the_alert = {21, 3, 3, 0, 2, 2, 40};

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

}  // namespace
}  // namespace cutlink::wire
