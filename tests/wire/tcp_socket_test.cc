#include "wire/tcp_socket.h"

#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <array>

#include "base/error.h"
#include "wire/raw_socket.h"

namespace cutlink::wire {
namespace {

class Pair : public testing::Test {
 protected:
  Pair() : peer_(RawSocket::to(listener_.port())), socket_(::dup(listener_.accept().number())) {}

  void wait_for(short events) const {
    pollfd entry{socket_.number(), events, 0};
    ASSERT_EQ(::poll(&entry, 1, 10'000), 1);
  }

  RawListener listener_;
  RawSocket peer_;
  TcpSocket socket_;
};

TEST_F(Pair, CountsWhatPassesAndNeverBlocks) {
  std::array<std::uint8_t, 100> buffer;
  EXPECT_EQ(socket_.receive(buffer).need, Need::readable);
  peer_.send(ByteVector(7));
  wait_for(POLLIN);
  EXPECT_EQ(socket_.receive(buffer).bytes, 7U);
  const ByteVector a(3), b(5);
  const std::array<ByteSpan, 2> parts = {ByteSpan(a), ByteSpan(b)};
  EXPECT_EQ(socket_.send(parts).bytes, 8U);
  EXPECT_EQ(peer_.hear(std::chrono::seconds(10)).bytes.size(), 8U) << "one write";
  const ByteVector much(1'000'000);
  const ByteSpan part(much);
  Moved moved;
  std::uint64_t sent = 8;
  for (; (moved = socket_.send({&part, 1})).need == Need::nothing; sent += moved.bytes) {
  }
  EXPECT_EQ(moved.need, Need::writable);
  EXPECT_EQ(socket_.sent_bytes(), sent);
  EXPECT_EQ(socket_.received_bytes(), 7U);
  EXPECT_FALSE(socket_.is_lost());
}

TEST_F(Pair, AnEndAndAResetAreLossesWithAReason) {
  std::array<std::uint8_t, 100> buffer;
  peer_.end_sending();
  wait_for(POLLIN);
  EXPECT_EQ(socket_.receive(buffer).need, Need::lost);
  EXPECT_EQ(socket_.why(), "the peer closed it");
  const linger at_once{1, 0};
  ::setsockopt(peer_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  peer_.close();
  wait_for(POLLHUP);
  const ByteVector byte(1);
  const ByteSpan part(byte);
  static_cast<void>(socket_.send({&part, 1}));  // the first may tell of the reset
  EXPECT_EQ(socket_.send({&part, 1}).need, Need::lost) << "and no SIGPIPE ended the test";
  EXPECT_NE(socket_.why(), "the peer closed it");
}

TEST_F(Pair, CongestionControlIsSetAndReadBack) {
  set_congestion(socket_.number(), "reno");
  EXPECT_EQ(socket_.congestion(), "reno");
  set_congestion(socket_.number(), "");
  EXPECT_EQ(socket_.congestion(), "reno");
  EXPECT_THROW(set_congestion(socket_.number(), "telepathy"), Error);
  EXPECT_EQ(socket_.retransmitted_bytes(), 0U);
}

TEST_F(Pair, NagleIsOff) {
  int value = 0;
  socklen_t size = sizeof value;
  ASSERT_EQ(::getsockopt(socket_.number(), IPPROTO_TCP, TCP_NODELAY, &value, &size), 0);
  EXPECT_EQ(value, 1);
}

}  // namespace
}  // namespace cutlink::wire
