#include "netsim/wifi/ampdu.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

std::uint64_t packets(const char* standard, unsigned width, unsigned mcs, Bytes limit = {}) {
  WifiLinkSpec spec;
  spec.standard = standard;
  spec.width_mhz = width;
  spec.mcs = mcs;
  spec.max_ampdu = limit;
  return ampdu_packets(spec, WifiPhy(spec), 1500);
}

TEST(Ampdu, SubframesHoldHeadersAndPadding) {
  EXPECT_EQ(subframe_bytes(1500), 1544U);
  EXPECT_EQ(subframe_bytes(52), 96U);
  EXPECT_EQ(subframe_bytes(53), 96U);   // 95 bytes
  EXPECT_EQ(subframe_bytes(55), 100U);  // 97 bytes
}

TEST(Ampdu, EachOfTheThreeLimitsBinds) {
  EXPECT_EQ(packets("802.11ac", 80, 7), 64U);  // block acknowledgement's window
  EXPECT_EQ(packets("802.11n", 40, 7), 42U);   // 65535 / 1544
  EXPECT_EQ(packets("802.11ac", 80, 1), 25U);  // (5484 - 40) / 4 = 1361 symbols of 234 bits
  EXPECT_EQ(packets("802.11ac", 80, 7, Bytes{16000}), 10U);
  EXPECT_EQ(packets("802.11n", 40, 7, Bytes{1000000}), 42U);  // no more than the standard's
}

TEST(Ampdu, AtLeastOnePacketTravels) {
  EXPECT_EQ(packets("802.11ac", 80, 7, Bytes{1}), 1U);
  EXPECT_GE(packets("802.11n", 20, 0), 1U);
}

}  // namespace
}  // namespace cutlink::netsim
