// Pairs of sockets stand in for TUN devices: they keep packets apart as those do.
#include "netsim/emulate/forwarder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <optional>
#include <string>

#include "netsim/packet/link_packets.h"
#include "netsim/spec/link_short_form.h"

namespace cutlink::netsim {
namespace {

struct Ends {
  OwnedFd test, device;
};

Ends make_ends() {
  int pair[2] = {-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
  const int flags = ::fcntl(pair[1], F_GETFL);
  ::fcntl(pair[1], F_SETFL, flags | O_NONBLOCK);
  return {OwnedFd(pair[0]), OwnedFd(pair[1])};
}

class ForwarderTest : public testing::Test {
 protected:
  void start(const std::string& link, Nanoseconds quantum = {}) {
    Ends client = make_ends();
    Ends server = make_ends();
    client_ = std::move(client.test);
    server_ = std::move(server.test);
    forwarder_.emplace(
        Forwarder::Settings{std::move(client.device), std::move(server.device), 1500, quantum},
        [&](PacketPool& pool) { return make_packet_path(parse_link_short_form(link), 1, pool); });
  }
  static void send(const OwnedFd& end, const std::string& packet) {
    ASSERT_EQ(::write(end.number(), packet.data(), packet.size()), static_cast<ssize_t>(packet.size()));
  }
  static std::string receive(const OwnedFd& end) {
    std::string packet(2000, '\0');
    const ssize_t length = ::read(end.number(), packet.data(), packet.size());
    packet.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    return packet;
  }

  OwnedFd client_, server_;
  std::optional<Forwarder> forwarder_;
};

TEST_F(ForwarderTest, CarriesPacketsBothWaysUnchangedAndNoSoonerThanTheLinkAllows) {
  start("fixed:rate=12Mbit/s,delay=5ms");
  const auto before = std::chrono::steady_clock::now();
  const std::string large(1500, 'x');
  send(client_, large);
  send(client_, "second");
  send(server_, "back");
  EXPECT_EQ(receive(server_), large);
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds{6});
  EXPECT_EQ(receive(server_), "second");
  EXPECT_EQ(receive(client_), "back");
  const ForwarderReport report = forwarder_->report();
  EXPECT_EQ(report.counts[0].left_packets, 2U);
  EXPECT_EQ(report.counts[0].left_bytes, 1506U);
  EXPECT_EQ(report.counts[1].entered_bytes, 4U);
  EXPECT_EQ(report.lateness.packets, 3U);
  EXPECT_GE(report.lateness.max, report.lateness.median);
}

TEST_F(ForwarderTest, ManyPacketsWithAndWithoutAQuantum) {
  for (const Nanoseconds quantum : {Nanoseconds{}, Nanoseconds{200'000}}) {
    start("fixed:rate=1Gbit/s", quantum);
    for (int round = 0; round < 50; ++round) {
      for (int i = 0; i < 10; ++i) {
        send(client_, std::to_string(round * 10 + i));
      }
      for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(receive(server_), std::to_string(round * 10 + i));
      }
    }
    EXPECT_EQ(forwarder_->report().counts[0].left_packets, 500U);
  }
}

TEST_F(ForwarderTest, StopsWithPacketsUnderWay) {
  start("fixed:rate=1Mbit/s,delay=1min");
  send(client_, "never arrives");
  while (forwarder_->report().counts[0].entered_packets == 0) {
  }
  forwarder_.reset();
  EXPECT_EQ(receive(server_), "");  // the device has gone
}

}  // namespace
}  // namespace cutlink::netsim
