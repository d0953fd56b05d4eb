#include "netsim/wifi/phy.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

WifiLinkSpec wifi(const char* standard, unsigned width, unsigned mcs, unsigned streams = 1) {
  WifiLinkSpec spec;
  spec.standard = standard;
  spec.width_mhz = width;
  spec.mcs = mcs;
  spec.streams = streams;
  return spec;
}

double rate_mbps(const WifiLinkSpec& spec) { return WifiPhy(spec).rate_bps() / 1e6; }

TEST(WifiPhy, RatesAreThoseOfTheStandardsTables) {
  EXPECT_DOUBLE_EQ(rate_mbps(wifi("802.11n", 20, 7)), 65.0);
  EXPECT_DOUBLE_EQ(rate_mbps(wifi("802.11n", 40, 1)), 27.0);
  EXPECT_DOUBLE_EQ(rate_mbps(wifi("802.11n", 40, 7, 4)), 540.0);
  EXPECT_DOUBLE_EQ(rate_mbps(wifi("802.11ac", 80, 1)), 58.5);
  EXPECT_DOUBLE_EQ(rate_mbps(wifi("802.11ac", 80, 4)), 175.5);
  EXPECT_DOUBLE_EQ(rate_mbps(wifi("802.11ac", 80, 9)), 390.0);
  EXPECT_DOUBLE_EQ(rate_mbps(wifi("802.11ac", 160, 9, 2)), 1560.0);
  EXPECT_NEAR(rate_mbps(wifi("802.11ax", 80, 1)), 72.1, 0.05);
  EXPECT_NEAR(rate_mbps(wifi("802.11ax", 80, 11)), 600.5, 0.1);
  EXPECT_NEAR(rate_mbps(wifi("802.11ax", 20, 0)), 8.6, 0.05);
  WifiLinkSpec fast = wifi("802.11ac", 80, 7);
  fast.short_guard_interval = true;
  EXPECT_DOUBLE_EQ(rate_mbps(fast), 325.0);
}

TEST(WifiPhy, FrameTimeCountsPreambleAndWholeSymbols) {
  const WifiPhy phy(wifi("802.11ac", 80, 7));  // 1170 bits a symbol, preamble 40 us
  EXPECT_EQ(phy.bits_per_symbol(), 1170U);
  EXPECT_DOUBLE_EQ(phy.frame_time(1).count(), 44.0);
  EXPECT_DOUBLE_EQ(phy.frame_time(143).count(), 44.0);          // 22 + 1144 = 1166 bits
  EXPECT_DOUBLE_EQ(phy.frame_time(144).count(), 48.0);          // 1174 bits
  EXPECT_DOUBLE_EQ(phy.frame_time(64 * 1544).count(), 2744.0);  // ceil(790550 / 1170) = 676 symbols
}

TEST(WifiPhy, PreamblesGrowWithStreams) {
  EXPECT_DOUBLE_EQ(WifiPhy(wifi("802.11n", 20, 0)).preamble_time().count(), 36.0);
  EXPECT_DOUBLE_EQ(WifiPhy(wifi("802.11n", 20, 0, 3)).preamble_time().count(), 48.0);  // 4 training fields
  EXPECT_DOUBLE_EQ(WifiPhy(wifi("802.11ac", 20, 0, 2)).preamble_time().count(), 44.0);
  EXPECT_DOUBLE_EQ(WifiPhy(wifi("802.11ax", 20, 0, 2)).preamble_time().count(), 52.0);
}

TEST(WifiPhy, ControlFramesAt24Mbps) {
  EXPECT_DOUBLE_EQ(control_frame_time(block_ack_bytes).count(), 32.0);
  EXPECT_DOUBLE_EQ(control_frame_time(block_ack_request_bytes).count(), 32.0);
  EXPECT_DOUBLE_EQ(control_frame_time(rts_bytes).count(), 28.0);
  EXPECT_DOUBLE_EQ(control_frame_time(cts_bytes).count(), 28.0);
}

TEST(WifiPhy, CombinationsThatNoStandardHasAreNamed) {
  const auto key = [](const WifiLinkSpec& spec) {
    const auto fault = find_wifi_fault(spec);
    return fault ? fault->key : "";
  };
  EXPECT_EQ(key(wifi("802.11g", 20, 0)), "standard");
  EXPECT_EQ(key(wifi("802.11n", 80, 0)), "width");
  EXPECT_EQ(key(wifi("802.11ac", 60, 0)), "width");
  EXPECT_EQ(key(wifi("802.11n", 40, 8)), "mcs");
  EXPECT_EQ(key(wifi("802.11ac", 80, 10)), "mcs");
  EXPECT_EQ(key(wifi("802.11ax", 80, 12)), "mcs");
  EXPECT_EQ(key(wifi("802.11n", 40, 7, 5)), "streams");
  EXPECT_EQ(key(wifi("802.11ac", 80, 7, 0)), "streams");
  EXPECT_EQ(key(wifi("802.11ac", 80, 7, 9)), "streams");
  EXPECT_EQ(key(wifi("802.11ac", 20, 9)), "mcs");
  EXPECT_EQ(key(wifi("802.11ac", 20, 9, 3)), "");
  EXPECT_EQ(key(wifi("802.11ac", 80, 6, 3)), "mcs");
  EXPECT_EQ(key(wifi("802.11ac", 80, 9, 6)), "mcs");
  EXPECT_EQ(key(wifi("802.11ac", 160, 9, 3)), "mcs");
  EXPECT_EQ(key(wifi("802.11ax", 20, 11)), "");
  WifiLinkSpec guard = wifi("802.11ax", 80, 7);
  guard.short_guard_interval = true;
  EXPECT_EQ(key(guard), "guard_interval");
}

TEST(WifiPhy, EveryAllowedCombinationHasWholeSymbols) {
  for (const char* standard : {"802.11n", "802.11ac", "802.11ax"}) {
    for (const unsigned width : {20U, 40U, 80U, 160U}) {
      for (unsigned mcs = 0; mcs < 12; ++mcs) {
        for (unsigned streams = 1; streams <= 8; ++streams) {
          const WifiLinkSpec spec = wifi(standard, width, mcs, streams);
          if (!find_wifi_fault(spec)) {
            EXPECT_GE(WifiPhy(spec).bits_per_symbol(), 26U) << standard << width << mcs << streams;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace cutlink::netsim
