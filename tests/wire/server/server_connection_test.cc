#include "wire/server/server_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "wire/cut_connections.h"

namespace cutlink::wire {
namespace {

using testing::HasSubstr;
using Wants = ServerConnection::Wants;

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

TEST(ServerConnection, CutAfterEveryByte) { cut_after_every_byte(quick_listening(), connect_to(0)); }

// Without loop or clock: the state machine alone, over a pair of sockets. Time is what the test says.
class Alone : public testing::Test {
 protected:
  Alone() {
    options_.greeting_deadline = Nanoseconds(100);
    options_.read_deadline = Nanoseconds(10);
    options_.idle_deadline = Nanoseconds(1000);
    const RawListener listener;
    client_ = RawSocket::to(listener.port());
    const RawSocket accepted = listener.accept();
    connection_.emplace(7, TcpSocket(::dup(accepted.number())), "peer", nullptr, options_, 0);
  }
  void send_message(MessageType type, std::uint64_t number, ByteSpan body) {
    client_.send(message(type, number, body));
  }
  // After what the client sent, or its end, has come.
  Wants advance_after_arrival(std::int64_t now) {
    pollfd entry{connection_->number(), POLLIN, 0};
    EXPECT_EQ(::poll(&entry, 1, 10'000), 1);
    return connection_->advance(now);
  }
  void open_at(std::int64_t now) {
    send_message(MessageType::hello, 0, write_hello({}));
    ASSERT_EQ(advance_after_arrival(now), Wants::handler);
    static_cast<void>(connection_->take_message());
    Reply reply;
    reply.type = MessageType::welcome;
    reply.new_limit = 1000;
    connection_->answer(reply, now);
    ASSERT_EQ(connection_->advance(now), Wants::readable);
  }

  ListenOptions options_;
  RawSocket client_{-1};
  std::optional<ServerConnection> connection_;
};

TEST_F(Alone, TheGreetingsDeadlineDoesNotMove) {
  EXPECT_EQ(connection_->advance(1), Wants::readable);
  EXPECT_EQ(connection_->deadline_ns(), 100);
  client_.send(ByteVector{'C', 'L'});
  EXPECT_EQ(advance_after_arrival(50), Wants::readable);
  EXPECT_EQ(connection_->deadline_ns(), 100);
  EXPECT_TRUE(connection_->is_half_open());
}

TEST_F(Alone, AMessageIsHandedOutOnceAndWaitsWithoutADeadline) {
  send_message(MessageType::hello, 0, write_hello({}));
  EXPECT_EQ(advance_after_arrival(5), Wants::handler);
  EXPECT_EQ(connection_->deadline_ns(), never);
  const ServerConnection::Message message = connection_->take_message();
  EXPECT_EQ(message.arrival.connection, 7U);
  EXPECT_EQ(message.arrival.peer, "peer");
  EXPECT_EQ(message.arrival.identity, "");
  EXPECT_EQ(message.envelope.type, MessageType::hello);
  EXPECT_EQ(message.body, write_hello({}));
  EXPECT_TRUE(connection_->has_greeted());
  EXPECT_TRUE(connection_->is_half_open());
}

TEST_F(Alone, TheReadDeadlineCountsFromTheLastByte) {
  open_at(60);
  EXPECT_FALSE(connection_->is_half_open());
  EXPECT_EQ(connection_->deadline_ns(), 60 + 1000) << "idle";
  client_.send(ByteVector{'C', 'L'});
  EXPECT_EQ(advance_after_arrival(70), Wants::readable);
  EXPECT_EQ(connection_->deadline_ns(), 80);
  EXPECT_EQ(connection_->advance(75), Wants::readable);
  EXPECT_EQ(connection_->deadline_ns(), 80) << "nothing came";
  client_.send(ByteVector{1});
  EXPECT_EQ(advance_after_arrival(79), Wants::readable);
  EXPECT_EQ(connection_->deadline_ns(), 89);
}

TEST_F(Alone, AfterAWelcomeThatIsNotAliveAnotherHelloHasItsOwnDeadline) {
  send_message(MessageType::hello, 0, write_hello({}));
  EXPECT_EQ(advance_after_arrival(50), Wants::handler);
  static_cast<void>(connection_->take_message());
  Reply reply;
  reply.type = MessageType::welcome;
  connection_->answer(reply, 70);
  EXPECT_EQ(connection_->advance(70), Wants::readable);
  EXPECT_TRUE(connection_->is_half_open());
  EXPECT_EQ(connection_->deadline_ns(), 70 + 100);
  open_at(80);
  EXPECT_FALSE(connection_->is_half_open());
}

TEST_F(Alone, AnExpiredReadIsRefusedAndLingersUntilThePeerCloses) {
  open_at(0);
  client_.send(ByteVector{'C', 'L'});
  EXPECT_EQ(advance_after_arrival(1), Wants::readable);
  EXPECT_EQ(connection_->expire(11), Wants::readable);
  const ByteVector heard = client_.hear_to_the_end(std::chrono::seconds(10)).bytes;
  EXPECT_THAT(std::string(heard.begin(), heard.end()), HasSubstr("nothing more came"));
  EXPECT_EQ(connection_->deadline_ns(), 11 + 1'000'000'000);
  client_.send(ByteVector(1000));
  EXPECT_EQ(advance_after_arrival(20), Wants::readable) << "dropped";
  EXPECT_EQ(connection_->deadline_ns(), 11 + 1'000'000'000) << "bytes do not prolong it";
  client_.close();
  EXPECT_EQ(advance_after_arrival(30), Wants::gone);
}

TEST_F(Alone, EndFinishesAnAnswerAndNothingElse) {
  open_at(0);
  send_message(MessageType::clock, 0, ByteVector(8));
  EXPECT_EQ(advance_after_arrival(1), Wants::handler);
  connection_->end();
  EXPECT_EQ(connection_->advance(2), Wants::handler);
  Reply reply;
  reply.type = MessageType::clock_is;
  reply.parts = {std::make_shared<const ByteVector>(24)};
  connection_->answer(reply, 3);
  EXPECT_EQ(connection_->advance(3), Wants::gone);
  connection_.reset();
  EXPECT_EQ(client_.hear_to_the_end(std::chrono::seconds(10)).bytes.size(), 2 * envelope_bytes + 24)
      << "welcome without a body, clock_is";
}

TEST_F(Alone, EndLetsAnIdleOneGo) {
  open_at(0);
  connection_->end();
  EXPECT_EQ(connection_->advance(1), Wants::gone);
}

}  // namespace
}  // namespace cutlink::wire
