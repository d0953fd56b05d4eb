// Deadlines and caps, and that nobody waits for another.
#include "wire/server/server_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "wire/heard_messages.h"

namespace cutlink::wire {
namespace {

using testing::HasSubstr;

TEST(ServerLoop, AGreetingHasADeadline) {
  EchoHandler handler;
  ListenOptions options = quick_listening();
  options.greeting_deadline = 100ms;
  RunningServer server(handler, options);
  const RawSocket silent = RawSocket::to(server.port());
  const RawSocket half = RawSocket::to(server.port());
  half.send(ByteSpan(hello()).first(20));
  EXPECT_THAT(refusal_in(silent.hear_to_the_end(10s)), HasSubstr("no hello came"));
  EXPECT_THAT(refusal_in(half.hear_to_the_end(10s)), HasSubstr("no hello came"));
  wait_until([&] { return server.listener().count().open == 0; });
  EXPECT_EQ(server.listener().count().accepted, 2U);
  EXPECT_EQ(server.listener().count().refused_before_hello, 2U);
  EXPECT_EQ(handler.closed(), 0U);
}

TEST(ServerLoop, AnOpenConnectionHasDeadlines) {
  EchoHandler handler;
  ListenOptions options = quick_listening();
  options.read_deadline = 100ms;
  options.idle_deadline = 300ms;
  RunningServer server(handler, options);
  const RawSocket idle = RawSocket::to(server.port());
  idle.send(hello());
  const RawSocket stuck = RawSocket::to(server.port());
  stuck.send(hello());
  stuck.send(ByteSpan(message(MessageType::frame, 1, ByteVector(64))).first(60));
  EXPECT_THAT(refusal_in(idle.hear_to_the_end(10s)), HasSubstr("nothing more came"));
  EXPECT_THAT(refusal_in(stuck.hear_to_the_end(10s)), HasSubstr("nothing more came"));
  EXPECT_TRUE(handler.wait_for_closed(2));
  EXPECT_EQ(server.listener().count().refused_before_hello, 0U);
}

// A client that asks for much and reads nothing.
TEST(ServerLoop, APeerThatDoesNotReadIsLetGo) {
  EchoHandler handler;
  ListenOptions options = quick_listening();
  options.read_deadline = 100ms;
  RunningServer server(handler, options);
  const RawSocket socket = RawSocket::to(server.port());
  socket.send(hello());
  socket.send(message(MessageType::frame, 1, ByteVector(20'000'000)));
  EXPECT_TRUE(handler.wait_for_closed(1));
}

TEST(ServerLoop, TheOldestHalfOpenIsLetGo) {
  EchoHandler handler;
  ListenOptions options = quick_listening();
  options.max_half_open = 3;
  RunningServer server(handler, options);
  std::vector<RawSocket> silent;
  for (int i = 0; i < 3; ++i) {
    silent.push_back(RawSocket::to(server.port()));
  }
  wait_until([&] { return server.listener().count().half_open == 3; });
  ClientConnection honest(connect_to(server.port()));
  EXPECT_EQ(greet(honest).envelope.type, MessageType::welcome);
  EXPECT_TRUE(silent[0].hear(10s).ended);
  EXPECT_EQ(server.listener().count().half_open, 2U);
  EXPECT_FALSE(silent[1].hear(1ms).ended);
}

TEST(ServerLoop, ConnectionsAreCappedInAll) {
  EchoHandler handler;
  ListenOptions options = quick_listening();
  options.max_connections = 2;
  RunningServer server(handler, options);
  ClientConnection a(connect_to(server.port()));
  ClientConnection b(connect_to(server.port()));
  static_cast<void>(greet(a));
  static_cast<void>(greet(b));
  const RawSocket third = RawSocket::to(server.port());
  EXPECT_TRUE(third.hear_to_the_end(10s).ended) << "no silent one is there to let go but itself";
  EXPECT_EQ(exchange(a, MessageType::frame, 1, pattern(64)).envelope.type, MessageType::answer);
  EXPECT_EQ(exchange(b, MessageType::frame, 1, pattern(64)).envelope.type, MessageType::answer);
}

// While the handler works, others connect, and deadlines are met.
TEST(ServerLoop, AcceptsWhileTheHandlerWorks) {
  std::mutex gate;
  ThrowingHandler handler;
  handler.fail = [&] { const std::lock_guard wait(gate); };
  ListenOptions options = quick_listening();
  options.greeting_deadline = 1s;
  RunningServer server(handler, options);
  ClientConnection busy(connect_to(server.port()));
  static_cast<void>(greet(busy));
  const ByteVector body = pattern(64);
  const ByteSpan part(body);
  {
    const std::lock_guard hold(gate);
    busy.send(MessageType::frame, 1, {&part, 1});
    wait_until([&] { return handler.messages() == 2; });
    const RawSocket silent = RawSocket::to(server.port());
    EXPECT_TRUE(silent.hear_to_the_end(10s).ended);
    EXPECT_EQ(server.listener().count().accepted, 2U);
  }
  EXPECT_EQ(busy.receive(1000).envelope.type, MessageType::answer);
}

}  // namespace
}  // namespace cutlink::wire
