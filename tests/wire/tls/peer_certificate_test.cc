// Both ends with certificates: who is let in, and what the others hear.
#include "wire/tls/peer_certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "wire/raw_socket.h"
#include "wire/server/running_server.h"
#include "wire/strange_peer.h"
#include "wire/tls/plain_openssl.h"
#include "wire/tls/test_authority.h"

namespace cutlink::wire {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class CertificateEnds : public testing::Test {
 protected:
  // "" where both ends agree; else what the client's Error(peer) says.
  static std::string said(const Certificates& server, const ConnectOptions& options) {
    EchoHandler handler;
    RunningServer running(handler, quick_listening(server));
    ConnectOptions to = options;
    to.port = running.port();
    try {
      ClientConnection client(to);
      static_cast<void>(greet(client));
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::peer);
      EXPECT_EQ(handler.messages(), 0U);
      return error.what();
    } catch (const ConnectionLost& lost) {
      ADD_FAILURE() << "lost, and not refused: " << lost.what();
      return lost.what();
    }
  }
  static std::string said(const Certificates& server, const Certificates& client) {
    return said(server, connect_to(1, client));
  }

  TemporaryFolder folder_;
  TestAuthority authority_{folder_ / ""};
};

TEST_F(CertificateEnds, AGoodPairAgrees) {
  EchoHandler handler;
  RunningServer server(handler, quick_listening(authority_.for_server()));
  const Certificates certificates = authority_.for_client({.name = "alice"});
  {
    ClientConnection client(connect_to(server.port(), certificates));
    static_cast<void>(greet(client));
    EXPECT_THAT(client.describe(), StartsWith("tls1.3 certificates, "));
    EXPECT_EQ(exchange(client, MessageType::frame, 1, pattern(1'000'000)).body.size(), 1'000'004U);
  }
  EXPECT_THAT(handler.last().identity, MatchesRegex("certificate-[0-9a-f]{64}"));
  EXPECT_EQ(handler.last().common_name, "alice");
  EXPECT_THAT(handler.last().shown_by(), MatchesRegex(", certificate \"alice\" \\([0-9a-f]{16}…\\)"));
}

TEST_F(CertificateEnds, TheIdentityIsTheKeys) {
  EchoHandler handler;
  RunningServer server(handler, quick_listening(authority_.for_server()));
  const auto identity_with = [&](const Wish& wish) {
    ClientConnection client(connect_to(server.port(), authority_.for_client(wish)));
    static_cast<void>(greet(client));
    return handler.last().identity;
  };
  const std::string first = identity_with({.name = "alice"});
  EXPECT_EQ(identity_with({.name = "renewed", .to_s = 7200, .keep_key = "alice"}), first);
  EXPECT_NE(identity_with({.name = "other"}), first);
}

TEST_F(CertificateEnds, ANameIsShownWithoutWhatSteersATerminal) {
  EchoHandler handler;
  RunningServer server(handler, quick_listening(authority_.for_server()));
  ClientConnection client(
      connect_to(server.port(), authority_.for_client({.name = "a\x1b[2J\"\\\n\xC3\xA9 b"})));
  static_cast<void>(greet(client));
  EXPECT_EQ(handler.last().common_name, R"(a\x1b[2J\x22\x5c\x0a\xc3\xa9 b)");
}

TEST_F(CertificateEnds, AChainWithAnIntermediateIsFollowed) {
  const TestAuthority between(folder_ / "", "between", &authority_);
  EXPECT_EQ(said(authority_.for_server(), between.for_client()), "");
  EXPECT_EQ(said(between.for_server(), authority_.for_client()), "");
  // An intermediate may be all that is believed.
  CertificateFiles files = authority_.issue(for_server());
  files.authority = between.file();
  EXPECT_EQ(said({files, TlsRole::server}, between.for_client()), "");
  EXPECT_THAT(said({files, TlsRole::server}, authority_.for_client()), HasSubstr("refused our certificate"));
}

TEST_F(CertificateEnds, AnotherAuthoritysServerIsRefused) {
  std::filesystem::create_directory(folder_ / "else");
  const TestAuthority other(folder_ / "else", "ca");  // of the same name
  CertificateFiles server = other.issue(for_server());
  server.authority = authority_.file();
  EXPECT_THAT(said({server, TlsRole::server}, authority_.for_client()),
              HasSubstr("authentication failed: TLS: the server's certificate is refused: "));
}

TEST_F(CertificateEnds, AnotherAuthoritysClientIsRefusedAndToldSo) {
  std::filesystem::create_directory(folder_ / "else");
  const TestAuthority other(folder_ / "else", "ca");
  CertificateFiles client = other.issue({});
  client.authority = authority_.file();
  const Certificates stranger(client, TlsRole::client);
  EXPECT_THAT(said(authority_.for_server(), stranger),
              HasSubstr("authentication failed: the server refused our certificate (TLS: "));
}

// Each is a race between the client's hello and the server's alert: it must not end as a lost connection.
TEST_F(CertificateEnds, ARefusalIsNeverTakenForALostConnection) {
  std::filesystem::create_directory(folder_ / "else");
  const TestAuthority other(folder_ / "else", "other");
  CertificateFiles client = other.issue({});
  client.authority = authority_.file();
  const Certificates stranger(client, TlsRole::client);
  EchoHandler handler;
  RunningServer server(handler, quick_listening(authority_.for_server()));
  for (int i = 0; i < 50; ++i) {
    ClientConnection connection(connect_to(server.port(), stranger));
    const ByteVector body = pattern(i % 2 == 0 ? 28 : 60'000);
    const ByteSpan part(body);
    try {
      connection.send(MessageType::hello, 0, {&part, 1});
      static_cast<void>(connection.receive(greeting_limit));
      FAIL() << "a stranger was let in";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::peer) << i;
      EXPECT_THAT(error.what(), HasSubstr("refused our certificate")) << i;
    } catch (const ConnectionLost& lost) {
      ADD_FAILURE() << i << ": " << lost.what();
    }
  }
  EXPECT_EQ(handler.messages(), 0U);
}

TEST_F(CertificateEnds, TheServersNameIsChecked) {
  const Certificates client = authority_.for_client();
  const auto said_to = [&](const std::string& alternatives, const std::string& name) {
    ConnectOptions options = connect_to(1, client);
    options.server_name = name;
    return said(authority_.for_server(for_server(alternatives)), options);
  };
  EXPECT_EQ(said_to("IP:127.0.0.1", ""), "") << "the host of the address";
  EXPECT_EQ(said_to("DNS:server.example", "server.example"), "");
  EXPECT_EQ(said_to("DNS:server.example,IP:10.0.0.2", "10.0.0.2"), "");
  EXPECT_EQ(said_to("IP:fd00::2", "fd00::2"), "");
  EXPECT_EQ(said_to("DNS:*.lab.example", "a.lab.example"), "");
  EXPECT_THAT(said_to("DNS:*.lab.example", "a.b.lab.example"), HasSubstr("ostname mismatch"));
  EXPECT_THAT(said_to("DNS:server.example", ""), HasSubstr("IP address mismatch"));
  EXPECT_THAT(said_to("DNS:server.example", "other.example"), HasSubstr("ostname mismatch"));
  EXPECT_THAT(said_to("IP:10.0.0.3", "10.0.0.2"), HasSubstr("IP address mismatch"));
  EXPECT_THAT(said_to("", "server"), HasSubstr("ostname mismatch")) << "the subject's name does not count";
  EXPECT_THAT(said_to("DNS:127.0.0.1", ""), HasSubstr("IP address mismatch")) << "a name is no address";
}

// Ours refuse such certificates when they are loaded: the peer is plain OpenSSL.
TEST_F(CertificateEnds, AStrangersCertificateIsToldOneThing) {
  EchoHandler handler;
  RunningServer server(handler, quick_listening(authority_.for_server()));
  const auto alert_to = [&](const Wish& wish) {
    return heard_by(server.port(), authority_.issue(wish)).alert;
  };
  EXPECT_EQ(heard_by(server.port(), authority_.issue({})).alert, no_alert) << "the good one is let in";
  const std::uint64_t good = handler.messages();
  EXPECT_EQ(good, 1U);
  EXPECT_EQ(alert_to({.name = "old", .from_s = -7200, .to_s = -3600}), SSL_AD_HANDSHAKE_FAILURE);
  EXPECT_EQ(alert_to({.name = "new", .from_s = 3600, .to_s = 7200}), SSL_AD_HANDSHAKE_FAILURE);
  EXPECT_EQ(alert_to(for_server()), SSL_AD_HANDSHAKE_FAILURE);
  EXPECT_EQ(alert_to({.name = "mute", .usage = ""}), SSL_AD_HANDSHAKE_FAILURE);
  EXPECT_EQ(alert_to({.name = "any", .usage = "anyExtendedKeyUsage"}), SSL_AD_HANDSHAKE_FAILURE);
  std::filesystem::create_directory(folder_ / "else");
  const TestAuthority other(folder_ / "else", "ca");
  EXPECT_EQ(heard_by(server.port(), other.issue({})).alert, SSL_AD_HANDSHAKE_FAILURE);
  EXPECT_EQ(heard_by(server.port(), other.itself()).alert, SSL_AD_HANDSHAKE_FAILURE) << "signed by itself";
  // None at all: RFC 8446 §4.4.2.4 has its own word for it.
  EXPECT_EQ(heard_by(server.port(), std::nullopt).alert, SSL_AD_CERTIFICATE_REQUIRED);
  EXPECT_EQ(handler.messages(), good);
}

TEST_F(CertificateEnds, AChainThatIsTooLongIsRefused) {
  EchoHandler handler;
  RunningServer server(handler, quick_listening(authority_.for_server()));
  EXPECT_NE(heard_by(server.port(), authority_.issue({}), 200).alert, no_alert);
  EXPECT_EQ(handler.messages(), 0U);
}

TEST_F(CertificateEnds, AServersOwnFaultsAreRefusedByTheClient) {
  const Certificates client = authority_.for_client();
  const auto said_of = [&](const Wish& wish) {
    const StrangeServer server(authority_.issue(wish));
    try {
      const ClientConnection connection(connect_to(server.port(), client));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::peer);
      return std::string(error.what());
    }
    return std::string();
  };
  Wish wish = for_server();
  EXPECT_EQ(said_of(wish), "");
  wish.from_s = -7200;
  wish.to_s = -3600;
  EXPECT_THAT(said_of(wish), HasSubstr("certificate has expired"));
  wish.from_s = 3600;
  wish.to_s = 7200;
  EXPECT_THAT(said_of(wish), HasSubstr("certificate is not yet valid"));
  wish = for_server();
  wish.usage = "clientAuth";
  EXPECT_THAT(said_of(wish), HasSubstr("certificate purpose"));
  wish.usage = "";
  EXPECT_THAT(said_of(wish), HasSubstr("certificate purpose"));
}

TEST_F(CertificateEnds, KeysAndCertificatesDoNotMeet) {
  {
    EchoHandler handler;
    RunningServer server(handler, quick_listening(authority_.for_server()));
    try {
      const ClientConnection client(connect_to(server.port(), make_key(1)));
      FAIL() << "a key was enough";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::peer);
      EXPECT_THAT(error.what(), HasSubstr("shows a certificate and wants one"));
    }
    EXPECT_EQ(handler.messages(), 0U);
  }
  EchoHandler handler;
  RunningServer server(handler, quick_listening(ring_of(make_key(1))));
  try {
    const ClientConnection client(connect_to(server.port(), authority_.for_client()));
    FAIL() << "a certificate was enough";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
  }
  EXPECT_EQ(handler.messages(), 0U);
}

TEST_F(CertificateEnds, Tls12IsToldTheConstantAlert) {
  EchoHandler handler;
  RunningServer server(handler, quick_listening(authority_.for_server()));
  Guise guise{.version = TLS1_2_VERSION, .identity = "", .secret = {}, .offers = false};
  PlainOpenssl client(TLS_client_method(), guise);
  SSL_set_connect_state(client.get());
  const RawSocket socket = RawSocket::to(server.port());
  socket.send(client.step());
  const RawSocket::Heard heard = socket.hear_to_the_end(10s);
  EXPECT_TRUE(heard.ended);
  EXPECT_EQ(heard.bytes, (ByteVector{21, 3, 3, 0, 2, 2, 40}));
}

TEST_F(CertificateEnds, NoSessionIsResumed) {
  EchoHandler handler;
  RunningServer server(handler, quick_listening(authority_.for_server()));
  const Strange seen = heard_by(server.port(), authority_.issue({}));
  EXPECT_EQ(seen.alert, no_alert);
  EXPECT_FALSE(seen.has_ticket);
}

TEST_F(CertificateEnds, KeysAndCertificatesTogetherAreNoOption) {
  ListenOptions listening = quick_listening(authority_.for_server());
  listening.keys = ring_of(make_key(1));
  EXPECT_THROW(const ServerListener listener(listening), Error);
  ConnectOptions options = connect_to(1, authority_.for_client());
  options.key = make_key(1);
  EXPECT_THROW(const ClientConnection client(options), Error);
}

}  // namespace
}  // namespace cutlink::wire
