#include "netsim/wifi/wifi_hop.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

constexpr std::uint64_t exchange = 64 * 1448;

WifiLinkSpec ac80_mcs7() {
  WifiLinkSpec spec;
  spec.mcs = 7;
  return spec;
}

TEST(WifiHop, FlightIsFullCyclesAndTheLastFrame) {
  const WifiHop hop(ac80_mcs7(), Segmenting{});
  const WifiAirtime airtime(ac80_mcs7(), Segmenting{});
  EXPECT_DOUBLE_EQ(hop.flight_time(Direction::up, exchange).count(), 2744.0);
  EXPECT_DOUBLE_EQ(hop.flight_time(Direction::up, exchange + 1).count(),
                   (airtime.cycle() + airtime.data_frame(1)).count());
  EXPECT_DOUBLE_EQ(hop.flight_time(Direction::up, 2 * exchange).count(), airtime.cycle().count() + 2744.0);
  EXPECT_EQ(hop.flight_time(Direction::up, 12345), hop.flight_time(Direction::down, 12345));
}

TEST(WifiHop, FlightTimeGrowsWithBytes) {
  for (const unsigned contenders : {0U, 3U}) {
    WifiLinkSpec spec = ac80_mcs7();
    spec.contenders = contenders;
    const WifiHop hop(spec, Segmenting{});
    Micros before{};
    for (std::uint64_t bytes = 1; bytes < 4 * exchange; bytes += 97) {
      const Micros time = hop.flight_time(Direction::up, bytes);
      ASSERT_GE(time, before) << bytes;
      before = time;
    }
  }
}

TEST(WifiHop, LongFlightsReachThePayloadRate) {
  const WifiHop hop(ac80_mcs7(), Segmenting{});
  const std::uint64_t bytes = 1'000'000'000;
  const double rate = 8e6 * static_cast<double>(bytes) / hop.flight_time(Direction::up, bytes).count();
  EXPECT_NEAR(rate / hop.payload_rate_bps(Direction::up), 1.0, 1e-3);
}

TEST(WifiHop, ModelledBytesByHand) {
  const WifiHop hop(ac80_mcs7(), Segmenting{});
  // One segment: sub-frame 1544, one ACK 96, block ACKs of both exchanges 2 x 32.
  EXPECT_EQ(hop.modelled_bytes(1448), 1544U - 1448 + 96 + 64);
  // 65 segments: 33 ACKs; 2 data exchanges, ceil(1.5) ACK exchanges.
  EXPECT_EQ(hop.modelled_bytes(65 * 1448), 65U * 96 + 33 * 96 + 4 * 32);
  WifiLinkSpec rts = ac80_mcs7();
  rts.rts_cts = true;
  EXPECT_EQ(WifiHop(rts, Segmenting{}).modelled_bytes(1448), 1544U - 1448 + 96 + 2 * (32 + 20 + 14));
  const Segmenting raw{.payload = 1500, .header = 0, .acks = false};
  EXPECT_EQ(WifiHop(ac80_mcs7(), raw).modelled_bytes(1500), 44U + 32);
}

TEST(WifiHop, DescribesItself) {
  WifiLinkSpec spec = ac80_mcs7();
  spec.contenders = 2;
  spec.rts_cts = true;
  EXPECT_EQ(WifiHop(spec, Segmenting{}).describe(),
            "802.11ac 80 MHz MCS7, 1 stream, RTS/CTS, 2 contenders, half duplex");
}

}  // namespace
}  // namespace cutlink::netsim
