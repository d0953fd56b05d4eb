#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "netsim/emulate/emulated_traffic.h"
#include "netsim/emulate/net_namespace.h"
#include "netsim/emulate/tun_device.h"

namespace cutlink::netsim {
namespace {

class TunDeviceFull : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = no_traffic_here(); !why.empty()) {
      GTEST_SKIP() << why;
    }
    space_.emplace();
    space_->run([this] {
      tun_ = open_tun({.address = "198.18.0.1", .peer = "198.18.0.2", .mtu = 1400, .queue_packets = 50});
    });
  }
  // Sends datagrams to the peer from inside.
  void send(std::size_t size, int count) {
    space_->run([=] {
      const OwnedFd socket(::socket(AF_INET, SOCK_DGRAM, 0));
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(9);
      ::inet_pton(AF_INET, "198.18.0.2", &to.sin_addr);
      const std::string payload(size, 'x');
      for (int i = 0; i < count; ++i) {
        ASSERT_EQ(::sendto(socket.number(), payload.data(), size, 0, reinterpret_cast<const sockaddr*>(&to),
                           sizeof to),
                  static_cast<ssize_t>(size));
      }
    });
  }

  std::optional<NetNamespace> space_;
  OwnedFd tun_;
};

TEST_F(TunDeviceFull, HandsOutPlainIpPacketsOfAtMostTheMtu) {
  send(3000, 1);
  std::array<std::uint8_t, 4000> packet{};
  std::vector<ssize_t> lengths;
  for (ssize_t length = 0; (length = ::read(tun_.number(), packet.data(), packet.size())) > 0;) {
    if (packet[0] >> 4 != 4) {
      continue;  // IPv6 says hello: tcp_settings keeps it quiet, which is not part of this test
    }
    EXPECT_LE(length, 1400);
    EXPECT_EQ((packet[2] << 8) + packet[3], length);
    EXPECT_EQ(packet[19], 2);  // to 198.18.0.2
    lengths.push_back(length);
  }
  EXPECT_EQ(lengths.size(), 3U);  // fragments: 1380 and 1380 and the rest
  EXPECT_LT(::read(tun_.number(), packet.data(), packet.size()), 0);
}

TEST_F(TunDeviceFull, CountsWhatWasNotRead) {
  std::uint64_t drops = 0;
  space_->run([&] { drops = tun_send_drops(); });
  EXPECT_EQ(drops, 0U);
  send(100, 200);
  space_->run([&] { drops = tun_send_drops(); });
  EXPECT_NEAR(static_cast<double>(drops), 150.0, 10.0);
}

}  // namespace
}  // namespace cutlink::netsim
