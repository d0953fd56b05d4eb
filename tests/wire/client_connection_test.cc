#include "wire/client_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "wire/raw_socket.h"
#include "wire/server/running_server.h"
#include "wire/socket_address.h"

namespace cutlink::wire {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::optional<PresharedKey> key_for(bool tls) {
  return tls ? std::optional<PresharedKey>(make_key(1)) : std::nullopt;
}

ListenOptions listening(bool tls) { return quick_listening(tls ? ring_of(make_key(1)) : KeyRing{}); }

class Connection : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Both, Connection, testing::Bool(),
                         [](const auto& tls) { return tls.param ? "tls" : "plain"; });

TEST_P(Connection, EchoesMessagesOfManySizes) {
  EchoHandler handler;
  RunningServer server(handler, listening(GetParam()));
  ClientConnection client(connect_to(server.port(), key_for(GetParam())));
  EXPECT_EQ(greet(client).envelope.type, MessageType::welcome);
  std::uint64_t number = 0;
  // Around a TLS record, a read's step, and the socket's buffers.
  for (const std::size_t size :
       {64U, 65U, 4096U, 16367U, 16368U, 16384U, 16385U, 262143U, 262144U, 5000000U}) {
    const ByteVector body = pattern(size);
    const Received answer = exchange(client, MessageType::frame, ++number, body);
    EXPECT_EQ(answer.envelope.type, MessageType::answer);
    EXPECT_EQ(answer.envelope.number, number);
    EXPECT_LE(answer.first_byte_ns, answer.last_byte_ns);
    const ByteSpan frame = read_answer(answer.body).frame;
    EXPECT_TRUE(std::equal(frame.begin(), frame.end(), body.begin(), body.end())) << size;
  }
  EXPECT_EQ(handler.last().identity, GetParam() ? make_key(1).identity : "");
  EXPECT_THAT(handler.last().peer, StartsWith("127.0.0.1:"));
}

TEST_P(Connection, SendsAllPartsOfAMessage) {
  EchoHandler handler;
  RunningServer server(handler, listening(GetParam()));
  ClientConnection client(connect_to(server.port(), key_for(GetParam())));
  static_cast<void>(greet(client));
  ByteVector whole;
  std::vector<ByteVector> pieces;
  for (const std::size_t size : {0U, 64U, 3U, 20000U, 0U, 16384U, 100000U, 1U}) {
    pieces.push_back(pattern(size));
    whole.insert(whole.end(), pieces.back().begin(), pieces.back().end());
  }
  const std::vector<ByteSpan> parts(pieces.begin(), pieces.end());
  const ClientConnection::Sent sent = client.send(MessageType::frame, 1, parts);
  EXPECT_LE(sent.begin_ns, sent.end_ns);
  const Received answer = client.receive(1U << 20U);
  const ByteSpan frame = read_answer(answer.body).frame;
  EXPECT_TRUE(std::equal(frame.begin(), frame.end(), whole.begin(), whole.end()));
}

TEST(ClientConnection, CountsExactlyEnvelopesAndBodies) {
  EchoHandler handler;
  RunningServer server(handler);
  ClientConnection client(connect_to(server.port()));
  const ByteVector hello = write_hello({});
  const Received welcome = greet(client);
  std::uint64_t sent = envelope_bytes + hello.size();
  std::uint64_t received = envelope_bytes + welcome.body.size();
  for (std::uint64_t number = 1; number <= 20; ++number) {
    const ByteVector body = pattern(64 + 997 * number);
    static_cast<void>(exchange(client, MessageType::frame, number, body));
    sent += envelope_bytes + body.size();
    received += envelope_bytes + 4 + body.size();
  }
  EXPECT_EQ(client.count().sent_bytes, sent);
  EXPECT_EQ(client.count().received_bytes, received);
  EXPECT_EQ(client.count().retransmitted_bytes, 0U);
}

// RFC 8446 §5: a record has 5 bytes of header, 1 of type and 16 of tag.
TEST(ClientConnection, CountsTlsRecordsAtTheSocket) {
  EchoHandler handler;
  RunningServer server(handler, listening(true));
  ClientConnection client(connect_to(server.port(), key_for(true)));
  static_cast<void>(greet(client));
  const SocketCount before = client.count();
  const ByteVector body = pattern(1'000'000);
  static_cast<void>(exchange(client, MessageType::frame, 1, body));
  const auto records = [](std::uint64_t bytes) { return (bytes + 16383) / 16384; };
  const std::uint64_t up = envelope_bytes + body.size();
  const std::uint64_t down = envelope_bytes + 4 + body.size();
  EXPECT_EQ(client.count().sent_bytes - before.sent_bytes, up + 22 * records(up));
  EXPECT_EQ(client.count().received_bytes - before.received_bytes, down + 22 * records(down));
}

TEST_P(Connection, DescribesItself) {
  EchoHandler handler;
  RunningServer server(handler, listening(GetParam()));
  ConnectOptions options = connect_to(server.port(), key_for(GetParam()));
  options.congestion = "reno";
  const ClientConnection client(options);
  EXPECT_EQ(client.describe(), std::string(GetParam() ? "tls1.3 psk" : "plain") +
                                   ", reno, 127.0.0.1:" + std::to_string(server.port()));
}

TEST(ClientConnection, RefusesOptionsThatCannotBe) {
  const auto kind_of = [](const ConnectOptions& options) {
    try {
      const ClientConnection client(options);
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::check;
  };
  ConnectOptions options = connect_to(1);
  options.host = "10.255.255.1";
  EXPECT_EQ(kind_of(options), ErrorKind::usage) << "not loopback, no key";
  options = connect_to(1);
  options.host = "";
  EXPECT_EQ(kind_of(options), ErrorKind::usage);
  options = connect_to(0);
  EXPECT_EQ(kind_of(options), ErrorKind::usage);
  options = connect_to(1);
  options.answer_deadline = {};
  EXPECT_EQ(kind_of(options), ErrorKind::usage);
  options = connect_to(1);
  options.congestion = "telepathy";
  EXPECT_EQ(kind_of(options), ErrorKind::usage);
}

TEST(ClientConnection, NobodyListensIsLost) {
  std::uint16_t port = 0;
  { port = ServerListener(quick_listening()).port(); }
  EXPECT_THROW(const ClientConnection client(connect_to(port)), ConnectionLost);
}

// The first address of a name takes nothing, as a firewall does that drops: the second has its share of time.
TEST(ClientConnection, AnAddressThatIsSilentLeavesTimeForTheOthers) {
  EchoHandler handler;
  RunningServer server(handler);
  const std::vector<SocketAddress> both = resolve("localhost", server.port(), false);
  if (both.size() < 2 || both[0].storage.ss_family != AF_INET6) {
    GTEST_SKIP() << "localhost is not ::1 and 127.0.0.1 here";
  }
  const RawSocket silent(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int only_v6 = 1;
  ::setsockopt(silent.number(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  if (::bind(silent.number(), both[0].raw(), both[0].size) != 0) {
    GTEST_SKIP() << "no ::1 here";
  }
  ASSERT_EQ(::listen(silent.number(), 0), 0);
  std::vector<RawSocket> waiting;  // its queue is full: the kernel drops who comes next
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::connect(waiting.back().number(), both[0].raw(), both[0].size);
  }
  ConnectOptions options = connect_to(server.port());
  options.host = "localhost";
  options.connect_deadline = 2s;
  ClientConnection client(options);
  EXPECT_EQ(greet(client).envelope.type, MessageType::welcome);
}

TEST_P(Connection, ARefusalIsAnErrorWithItsText) {
  EchoHandler handler;
  RunningServer server(handler, listening(GetParam()));
  ClientConnection client(connect_to(server.port(), key_for(GetParam())));
  try {
    static_cast<void>(exchange(client, MessageType::frame, 1, pattern(64)));
    FAIL() << "a frame before hello was answered";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
    EXPECT_THAT(error.what(), HasSubstr("refused: message: type frame before hello"));
  }
  EXPECT_EQ(handler.messages(), 0U);
}

TEST_P(Connection, ARefusalInTheMiddleOfALongMessageIsRead) {
  EchoHandler handler;
  handler.cap = 1000;
  RunningServer server(handler, listening(GetParam()));
  ClientConnection client(connect_to(server.port(), key_for(GetParam())));
  static_cast<void>(greet(client));
  try {
    static_cast<void>(exchange(client, MessageType::frame, 1, pattern(200'000'000)));
    FAIL() << "a frame beyond the cap was answered";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("body_bytes is 200000000"));
  }
}

TEST_P(Connection, AnAnswerBeyondTheLimitIsAnError) {
  EchoHandler handler;
  RunningServer server(handler, listening(GetParam()));
  ClientConnection client(connect_to(server.port(), key_for(GetParam())));
  static_cast<void>(greet(client));
  EXPECT_THROW(static_cast<void>(exchange(client, MessageType::frame, 1, pattern(101), 104)), Error);
}

TEST_P(Connection, AServerThatStopsIsLost) {
  EchoHandler handler;
  std::optional<RunningServer> server(std::in_place, handler, listening(GetParam()));
  ClientConnection client(connect_to(server->port(), key_for(GetParam())));
  static_cast<void>(greet(client));
  server.reset();
  EXPECT_THROW(static_cast<void>(exchange(client, MessageType::frame, 1, pattern(100))), ConnectionLost);
  EXPECT_EQ(handler.closed(), 1U);
}

}  // namespace
}  // namespace cutlink::wire
