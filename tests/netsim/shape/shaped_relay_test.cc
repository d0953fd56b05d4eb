// What becomes of connections; how exact the times are, shaped_relay_full_test.cc says.
#include "netsim/shape/shaped_relay.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "netsim/spec/link_short_form.h"
#include "wire/raw_socket.h"

namespace cutlink::netsim {
namespace {

using std::chrono::seconds;
using wire::RawListener;
using wire::RawSocket;

constexpr std::chrono::milliseconds patience = seconds{10};

class Relay : public testing::Test {
 protected:
  void open(const std::string& link = "fixed:rate=1Gbit/s,delay=1ms") {
    relay_.emplace(parse_link_short_form(link), 1, listener_.port());
  }
  struct Pair {
    RawSocket client, server;
  };
  [[nodiscard]] Pair connect() {
    RawSocket client = RawSocket::to(relay_->port());
    return {std::move(client), listener_.accept()};
  }
  static ByteVector pattern(std::size_t size) {
    ByteVector bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] = static_cast<std::uint8_t>(i * 2654435761U >> 13U);
    }
    return bytes;
  }
  static void reset(RawSocket& socket) {
    const linger at_once{1, 0};
    ::setsockopt(socket.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket.close();
  }
  static bool was_reset(const RawSocket& socket) {
    pollfd entry{socket.number(), POLLIN, 0};
    std::uint8_t byte = 0;
    return ::poll(&entry, 1, static_cast<int>(patience.count())) == 1 &&
           ::recv(socket.number(), &byte, 1, 0) < 0 && errno == ECONNRESET;
  }

  RawListener listener_;
  std::optional<ShapedRelay> relay_;
};

TEST_F(Relay, CarriesBothWaysAndAnEndLeavesTheOtherWayOpen) {
  open();
  const Pair pair = connect();
  const ByteVector up = pattern(300'000);
  const ByteVector down = pattern(200'000);
  std::thread sender([&] {
    pair.client.send(up);
    pair.client.end_sending();
  });
  EXPECT_EQ(pair.server.hear_to_the_end(patience).bytes, up);
  sender.join();
  std::thread answer([&] {
    pair.server.send(down);
    pair.server.end_sending();
  });
  const RawSocket::Heard heard = pair.client.hear_to_the_end(patience);
  answer.join();
  EXPECT_EQ(heard.bytes, down);
  EXPECT_TRUE(heard.ended);
  const ShapedReport report = relay_->report();
  EXPECT_EQ(report.connections, 1U);
  EXPECT_GE(report.counts[0].left_bytes, up.size());
  EXPECT_GE(report.counts[1].left_bytes, down.size());
  EXPECT_GT(report.lateness.packets, 300U);
  EXPECT_NE(report_text(report).find("connections: 1"), std::string::npos);
}

TEST_F(Relay, AResetIsPassedOnEitherWay) {
  open();
  Pair one = connect();
  reset(one.client);
  EXPECT_TRUE(was_reset(one.server));
  Pair other = connect();
  reset(other.server);
  EXPECT_TRUE(was_reset(other.client));
}

TEST_F(Relay, ASideThatVanishesWhileBytesComeIsToldByAReset) {
  open();
  Pair pair = connect();
  pair.server.close();  // with nothing unread: an end, and a reset for what comes after
  const ByteVector bytes = pattern(10'000);
  bool refused = false;
  for (int i = 0; i < 1000 && !refused; ++i) {
    refused = !pair.client.send(bytes);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  EXPECT_TRUE(refused);
}

TEST_F(Relay, WhereNobodyListensTheClientIsReset) {
  open();
  listener_ = RawListener();  // the old port is closed
  const RawSocket client = RawSocket::to(relay_->port());
  EXPECT_TRUE(was_reset(client));
}

// Two messages of 2 MB: on a link each they would take half the time that the rate allows them together.
TEST_F(Relay, ConnectionsShareOneLink) {
  open("fixed:rate=200Mbit/s");
  const Pair one = connect();
  const Pair two = connect();
  const ByteVector bytes = pattern(2'000'000);
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (const Pair* pair : {&one, &two}) {
    threads.emplace_back([&bytes, pair] {
      pair->client.send(bytes);
      pair->client.end_sending();
    });
    threads.emplace_back([&bytes, pair] { EXPECT_EQ(pair->server.hear_to_the_end(patience).bytes, bytes); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  // Never sooner than the link allows, however busy the machine is.
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_GT(took.count(), 2 * 2e6 * 8 / 200e6);
}

// One that takes nothing must not keep the others from the link.
TEST_F(Relay, AReceiverThatTakesNothingHoldsItsSenderOnly) {
  open();
  const Pair stuck = connect();
  const Pair lively = connect();
  const int flags = ::fcntl(stuck.client.number(), F_GETFL);
  ::fcntl(stuck.client.number(), F_SETFL, flags | O_NONBLOCK);
  const ByteVector bytes = pattern(1'000'000);
  std::uint64_t taken = 0;
  int refusals = 0;
  while (refusals < 100) {  // until a tenth of a second went by without room
    const ssize_t n = ::send(stuck.client.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      taken += static_cast<std::uint64_t>(n);
      refusals = 0;
    } else {
      ++refusals;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    ASSERT_LT(taken, 200'000'000U) << "no back-pressure";
  }
  std::thread sender([&] {
    lively.client.send(bytes);
    lively.client.end_sending();
  });
  EXPECT_EQ(lively.server.hear_to_the_end(patience).bytes, bytes);
  sender.join();
}

TEST_F(Relay, GoesWithItsConnections) {
  open();
  const Pair pair = connect();
  pair.client.send(pattern(100'000));
  relay_.reset();
  EXPECT_TRUE(pair.server.hear_to_the_end(patience).ended);
}

}  // namespace
}  // namespace cutlink::netsim
