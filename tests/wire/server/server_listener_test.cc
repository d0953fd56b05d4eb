#include "wire/server/server_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <stdexcept>

#include "base/error.h"
#include "wire/heard_messages.h"

namespace cutlink::wire {
namespace {

using testing::HasSubstr;

TEST(ServerListener, RefusesOptionsThatCannotBe) {
  const auto refused = [](const std::function<void(ListenOptions&)>& change) {
    ListenOptions options = quick_listening();
    change(options);
    try {
      const ServerListener listener(options);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(refused([](auto& o) { o.host = "0.0.0.0"; }), HasSubstr("no keys"));
  EXPECT_THAT(refused([](auto& o) { o.host = "::"; }), HasSubstr("no keys"));
  EXPECT_EQ(refused([](auto& o) {
              o.host = "0.0.0.0";
              o.keys = ring_of(make_key(1));
            }),
            "");
  EXPECT_THAT(refused([](auto& o) { o.host = "nowhere.invalid"; }), HasSubstr("nowhere.invalid"));
  EXPECT_THAT(refused([](auto& o) { o.congestion = "telepathy"; }), HasSubstr("this system has"));
  EXPECT_THAT(refused([](auto& o) { o.read_deadline = {}; }), HasSubstr("deadlines"));
  EXPECT_THAT(refused([](auto& o) { o.greeting_deadline = {}; }), HasSubstr("deadlines"));
  EXPECT_NE(refused([](auto& o) { o.max_half_open = 0; }), "");
  const ServerListener first(quick_listening());
  EXPECT_THAT(refused([&](auto& o) { o.port = first.port(); }), HasSubstr("in use"));
}

TEST(ServerListener, RefusesWhatDoesNotBelong) {
  EchoHandler handler;
  handler.cap = 1000;
  RunningServer server(handler);
  const auto refusal = [&](const ByteVector& first, const ByteVector& second = {}) {
    ByteVector bytes = first;
    bytes.insert(bytes.end(), second.begin(), second.end());
    return refusal_of(server.port(), bytes);
  };
  EXPECT_THAT(refusal(message(MessageType::clock, 0, ByteVector(8))), HasSubstr("clock before hello"));
  EXPECT_THAT(refusal(message(MessageType::welcome, 0, ByteVector(40))), HasSubstr("is not a client's"));
  EXPECT_THAT(refusal(hello(), hello()), HasSubstr("hello in a session that is open"));
  EXPECT_THAT(refusal(hello(), message(MessageType::answer, 1, ByteVector(4))),
              HasSubstr("is not a client's"));
  EXPECT_THAT(refusal(hello(), message(MessageType::frame, 1, ByteVector(1001))), HasSubstr("body_bytes"));
  EXPECT_THAT(refusal(message(MessageType::hello, 0, ByteVector(greeting_limit + 1))),
              HasSubstr("body_bytes"));
  EXPECT_THAT(refusal(ByteVector(100, 'x')), HasSubstr("magic"));
  EXPECT_EQ(handler.messages(), 3U) << "the good hellos";
}

TEST(ServerListener, RefusesBeforeTheBodyCame) {
  EchoHandler handler;
  RunningServer server(handler);
  const RawSocket socket = RawSocket::to(server.port());
  socket.send(ByteSpan(message(MessageType::frame, 1, ByteVector(64))).first(envelope_bytes));
  EXPECT_THAT(refusal_in(socket.hear_to_the_end(10s)), HasSubstr("frame before hello"));
}

TEST(ServerListener, AnswersInOrderWhatIsSentAtOnce) {
  EchoHandler handler;
  RunningServer server(handler);
  ByteVector bytes = hello();
  for (std::uint64_t number = 1; number <= 50; ++number) {
    const ByteVector more = message(MessageType::frame, number, pattern(64 + number));
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  const RawSocket socket = RawSocket::to(server.port());
  socket.send(bytes);
  socket.end_sending();
  const auto messages = messages_in(socket.hear_to_the_end(10s).bytes);
  ASSERT_EQ(messages.size(), 51U);
  for (std::uint64_t number = 1; number <= 50; ++number) {
    EXPECT_EQ(messages[number].first.number, number);
    EXPECT_EQ(messages[number].second.size(), 4 + 64 + number);
  }
  EXPECT_TRUE(handler.wait_for_closed(1));
}

TEST(ServerListener, AHandlersErrorIsARefusal) {
  ThrowingHandler handler;
  RunningServer server(handler);
  const auto refusal = [&](std::function<void()> fail) {
    handler.fail = std::move(fail);
    ByteVector bytes = hello();
    const ByteVector frame = message(MessageType::frame, 1, ByteVector(64));
    bytes.insert(bytes.end(), frame.begin(), frame.end());
    return refusal_of(server.port(), bytes);
  };
  EXPECT_EQ(refusal([] { peer_error("rows: 7"); }), "1 rows: 7");
  EXPECT_EQ(refusal([] { usage_error("no such step"); }), "1 no such step");
  EXPECT_EQ(refusal([] { run_error("disk full"); }), "5 disk full");
  EXPECT_EQ(refusal([] { throw std::logic_error("line one\nline two"); }), "5 line one");
  EXPECT_TRUE(handler.wait_for_closed(4));
}

TEST(ServerListener, StopSendsTheAnswerThatIsBeingMade) {
  std::mutex gate;
  ThrowingHandler handler;
  handler.fail = [&] { const std::lock_guard wait(gate); };
  ServerListener listener(quick_listening());
  std::thread thread([&] { listener.run(handler); });
  ClientConnection client(connect_to(listener.port()));
  static_cast<void>(greet(client));
  const ByteVector body = pattern(3'000'000);
  const ByteSpan part(body);
  {
    const std::lock_guard hold(gate);
    client.send(MessageType::frame, 1, {&part, 1});
    wait_until([&] { return handler.messages() == 2; });
    listener.stop();
  }
  EXPECT_EQ(client.receive(4'000'000).body.size(), 3'000'004U);
  EXPECT_THROW(static_cast<void>(client.receive(1000)), ConnectionLost);
  thread.join();
  EXPECT_EQ(handler.closed(), 1U);
}

ServerListener* to_stop = nullptr;

TEST(ServerListener, StopsFromASignalHandlerOrBeforeItRan) {
  EchoHandler handler;
  {
    ServerListener listener(quick_listening());
    listener.stop();
    listener.run(handler);
  }
  ServerListener listener(quick_listening());
  to_stop = &listener;
  const auto before = std::signal(SIGUSR1, [](int) { to_stop->stop(); });
  std::thread thread([&] { listener.run(handler); });
  ClientConnection client(connect_to(listener.port()));
  static_cast<void>(greet(client));
  std::raise(SIGUSR1);
  thread.join();
  std::signal(SIGUSR1, before);
  EXPECT_EQ(handler.closed(), 1U);
}

TEST(ServerListener, ManyClientsAtOnce) {
  EchoHandler handler;
  RunningServer server(handler, quick_listening(ring_of(make_key(1))));
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      ClientConnection client(connect_to(server.port(), make_key(1)));
      static_cast<void>(greet(client));
      for (std::uint64_t number = 1; number <= 20; ++number) {
        good += exchange(client, MessageType::frame, number, pattern(50'000)).body.size() == 50'004 ? 1 : 0;
      }
    });
  }
  for (std::thread& client : clients) {
    client.join();
  }
  EXPECT_EQ(good, 160);
  EXPECT_TRUE(handler.wait_for_closed(8));
}

}  // namespace
}  // namespace cutlink::wire
