#include "netsim/shape/loopback_sockets.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace cutlink::netsim {
namespace {

class LoopbackSockets : public testing::Test {
 protected:
  // A connection from `client_` to the listener, as soon as it is there.
  OwnedFd accept() {
    pollfd file{listener_.number(), POLLIN, 0};
    EXPECT_EQ(::poll(&file, 1, 10'000), 1);
    return OwnedFd(::accept4(listener_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  }
  // What recv() says of one byte when there is something to be said.
  static ssize_t receive(const OwnedFd& socket, char& byte) {
    pollfd file{socket.number(), POLLIN, 0};
    EXPECT_EQ(::poll(&file, 1, 10'000), 1);
    return ::recv(socket.number(), &byte, 1, 0);
  }

  std::uint16_t port_ = 0;
  OwnedFd listener_ = listen_on_loopback(port_);
  bool refused_ = true;
  OwnedFd client_ = connect_on_loopback(port_, refused_);
};

TEST_F(LoopbackSockets, ConnectAndCarryBytesWithoutWaiting) {
  EXPECT_NE(port_, 0);
  EXPECT_FALSE(refused_);
  const OwnedFd server = accept();
  char byte = 0;
  EXPECT_LT(::recv(server.number(), &byte, 1, 0), 0);
  EXPECT_TRUE(is_to_be_tried_again());
  send_at_once(client_);
  EXPECT_EQ(::send(client_.number(), "x", 1, MSG_NOSIGNAL), 1);
  EXPECT_EQ(receive(server, byte), 1);
  EXPECT_EQ(byte, 'x');
}

TEST_F(LoopbackSockets, AClosedOneIsAnEndOrAResetAsWanted) {
  char byte = 0;
  const OwnedFd first = accept();
  client_ = OwnedFd();
  EXPECT_EQ(receive(first, byte), 0);
  client_ = connect_on_loopback(port_, refused_);
  const OwnedFd second = accept();
  reset_when_closed(client_);
  client_ = OwnedFd();
  EXPECT_LT(receive(second, byte), 0);
  EXPECT_EQ(errno, ECONNRESET);
  EXPECT_FALSE(is_to_be_tried_again());
}

}  // namespace
}  // namespace cutlink::netsim
