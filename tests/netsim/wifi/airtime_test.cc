#include "netsim/wifi/airtime.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

WifiLinkSpec wifi(const char* standard, unsigned width, unsigned mcs) {
  WifiLinkSpec spec;
  spec.standard = standard;
  spec.width_mhz = width;
  spec.mcs = mcs;
  return spec;
}

double goodput_mbps(const WifiLinkSpec& spec) {
  const WifiAirtime airtime(spec, Segmenting{});
  return static_cast<double>(airtime.packets_per_exchange()) * 1448 * 8 / airtime.cycle().count();
}

// By hand, 802.11ac 80 MHz MCS7: PPDU(64 x 1544) 2744 us, o = 43 + 16 + 32 = 91; 42 ACKs of 96 B: 32278 bits,
// 28 symbols, 152 us; T_C = 2744 + 91 + 32 + 91 + 139.5.
TEST(WifiAirtime, CycleIsTheSumOfItsParts) {
  const WifiAirtime airtime(wifi("802.11ac", 80, 7), Segmenting{});
  EXPECT_EQ(airtime.packets_per_exchange(), 64U);
  const double collision = 2744 + 91 + 32 + 91 + 139.5;
  const double by_hand = 2744 + 91 + 43.56 + 0.75 * (91 + 152 + 0.5 * (67.5 + 43.56)) + 0.75 / 15 * collision;
  EXPECT_NEAR(airtime.cycle().count(), by_hand, 1e-9);
}

TEST(WifiAirtime, WithoutAcksOnlyDataAndBackoff) {
  const Segmenting raw{.payload = 1500, .header = 0, .acks = false};
  const WifiAirtime airtime(wifi("802.11ac", 80, 7), raw);
  EXPECT_DOUBLE_EQ(airtime.cycle().count(), 2744 + 91 + 67.5);
}

TEST(WifiAirtime, RtsAddsItsFramesAndShortensCollisions) {
  WifiLinkSpec spec = wifi("802.11ac", 80, 7);
  spec.rts_cts = true;
  const WifiAirtime airtime(spec, Segmenting{});
  const double overhead = 91.0 + 28 + 28 + 32;
  const double by_hand =
      2744 + overhead + 43.56 + 0.75 * (overhead + 152 + 0.5 * (67.5 + 43.56)) + 0.75 / 15 * (28.0 + 91);
  EXPECT_NEAR(airtime.cycle().count(), by_hand, 1e-9);
}

TEST(WifiAirtime, TheLastPacketIsAsLongAsItsPayload) {
  const WifiAirtime airtime(wifi("802.11ac", 80, 7), Segmenting{});
  // 16000 B: 11 full segments and one of 72 B: 11 x 1544 + 168 B, 137238 bits, 118 symbols.
  EXPECT_DOUBLE_EQ(airtime.data_frame(16000).count(), 40.0 + 118 * 4);
}

struct Ns3Cell {
  const char* standard;
  unsigned width, mcs;
  double up, down;  // Mbit/s
};

class WifiGoodput : public testing::TestWithParam<Ns3Cell> {};

// Reference: goodput of 100 MB (or 10 MB) in ns-3 3.37, one station at 5 m, TCP Cubic, no contention.
TEST_P(WifiGoodput, WithinTenPercentOfNs3) {
  const Ns3Cell cell = GetParam();
  const double ours = goodput_mbps(wifi(cell.standard, cell.width, cell.mcs));
  EXPECT_NEAR(ours / cell.up, 1.0, 0.10);
  EXPECT_NEAR(ours / cell.down, 1.0, 0.10);
}

INSTANTIATE_TEST_SUITE_P(
    Ns3, WifiGoodput,
    testing::Values(Ns3Cell{"802.11n", 20, 7, 52, 52}, Ns3Cell{"802.11n", 40, 1, 21.7, 21.7},
                    Ns3Cell{"802.11n", 40, 4, 65.8, 65.3}, Ns3Cell{"802.11n", 40, 7, 107.2, 107.0},
                    Ns3Cell{"802.11ac", 80, 1, 47.9, 46.4}, Ns3Cell{"802.11ac", 80, 4, 140.4, 140.4},
                    Ns3Cell{"802.11ac", 80, 7, 222.9, 224.1}, Ns3Cell{"802.11ac", 80, 9, 292, 287},
                    Ns3Cell{"802.11ax", 80, 1, 58.1, 58.2}, Ns3Cell{"802.11ax", 80, 4, 168.9, 170.4},
                    Ns3Cell{"802.11ax", 80, 7, 265.6, 267.4}, Ns3Cell{"802.11ax", 80, 11, 415, 415}),
    [](const auto& cell) {
      const std::string name = cell.param.standard;
      return name.substr(name.find('.') + 1) + "_" + std::to_string(cell.param.width) + "MHz_mcs" +
             std::to_string(cell.param.mcs);
    });

// Reference: ns-3 3.37, 802.11ac 80 MHz MCS7, 10 MB up, one setting changed at a time.
TEST(WifiAirtime, VariationsWithinTenPercentOfNs3) {
  const WifiLinkSpec base = wifi("802.11ac", 80, 7);
  WifiLinkSpec rts = base;
  rts.rts_cts = true;
  EXPECT_NEAR(goodput_mbps(rts) / 229, 1.0, 0.10);
  WifiLinkSpec guard = base;
  guard.short_guard_interval = true;
  EXPECT_NEAR(goodput_mbps(guard) / 249, 1.0, 0.10);
  WifiLinkSpec streams = base;
  streams.streams = 2;
  EXPECT_NEAR(goodput_mbps(streams) / 404, 1.0, 0.10);
  for (const auto& [limit, mbps] :
       {std::pair{8000U, 106.0}, {16000U, 148.0}, {32000U, 183.0}, {64000U, 213.0}}) {
    WifiLinkSpec limited = base;
    limited.max_ampdu = Bytes{limit};
    EXPECT_NEAR(goodput_mbps(limited) / mbps, 1.0, 0.10) << limit;
  }
}

// Reference: ns-3 3.37, saturated UDP uplinks, median of 5 seeds, 10 MB up and down.
TEST(WifiAirtime, ContentionWithinItsBarsOfNs3) {
  const auto contended = [](unsigned stations) {
    WifiLinkSpec spec = wifi("802.11ac", 80, 7);
    spec.contenders = stations;
    return goodput_mbps(spec);
  };
  EXPECT_NEAR(contended(1) / 107.6, 1.0, 0.15);
  EXPECT_NEAR(contended(2) / 71.9, 1.0, 0.15);
  EXPECT_NEAR(contended(4) / 37.0, 1.0, 0.30);
  EXPECT_GT(contended(2), contended(3));
  EXPECT_GT(contended(3), contended(4));
}

// The bounds are S/(m+1) and S/(m+2), rounded to whole Mbit/s, of Bianchi's saturation throughput S.
TEST(WifiAirtime, ContendedShareIsTheMeanOfItsBounds) {
  const auto contended = [](unsigned stations) {
    WifiLinkSpec spec = wifi("802.11ac", 80, 7);
    spec.contenders = stations;
    return goodput_mbps(spec);
  };
  EXPECT_NEAR(contended(1), (117 + 78) / 2.0, 5.0);
  EXPECT_NEAR(contended(2), (75 + 57) / 2.0, 3.0);
  EXPECT_NEAR(contended(4), (43 + 36) / 2.0, 2.0);
}

TEST(WifiAirtime, ContendersMakeAFirstExchangeWait) {
  WifiLinkSpec spec = wifi("802.11ac", 80, 7);
  EXPECT_DOUBLE_EQ(WifiAirtime(spec, Segmenting{}).access_wait().count(), 0.0);
  const double alone = WifiAirtime(spec, Segmenting{}).cycle().count();
  spec.contenders = 1;
  const WifiAirtime contended(spec, Segmenting{});
  EXPECT_NEAR(contended.access_wait().count(), contended.cycle().count() - alone, 1e-9);
}

}  // namespace
}  // namespace cutlink::netsim
