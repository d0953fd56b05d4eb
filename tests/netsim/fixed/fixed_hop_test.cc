#include "netsim/fixed/fixed_hop.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

FixedLinkSpec asymmetric(Duplex duplex) {
  FixedLinkSpec spec;
  spec.up = {20e6};
  spec.down = {100e6};
  spec.duplex = duplex;
  return spec;
}

TEST(FixedHop, FlightIsPayloadAndHeadersAtTheRate) {
  const FixedHop hop(asymmetric(Duplex::full), Segmenting{});
  // 10 full segments: (14480 + 520) x 8 / R.
  EXPECT_DOUBLE_EQ(hop.flight_time(Direction::up, 14480).count(), 6000.0);
  EXPECT_DOUBLE_EQ(hop.flight_time(Direction::down, 14480).count(), 1200.0);
  EXPECT_DOUBLE_EQ(hop.flight_time(Direction::up, 1).count(), 53 * 8 / 20.0);
}

TEST(FixedHop, HalfDuplexPaysForAcksAtTheOtherRate) {
  const FixedHop hop(asymmetric(Duplex::half), Segmenting{});
  EXPECT_DOUBLE_EQ(hop.flight_time(Direction::up, 14480).count(), 6000.0 + 5 * 52 * 8 / 100.0);
  EXPECT_DOUBLE_EQ(hop.flight_time(Direction::down, 14480).count(), 1200.0 + 5 * 52 * 8 / 20.0);
}

TEST(FixedHop, PayloadRates) {
  const FixedHop full(asymmetric(Duplex::full), Segmenting{});
  EXPECT_NEAR(full.payload_rate_bps(Direction::up), 20e6 * 1448 / 1500, 1.0);
  FixedLinkSpec spec = asymmetric(Duplex::half);
  spec.down = spec.up;
  const FixedHop half(spec, Segmenting{});
  EXPECT_NEAR(half.payload_rate_bps(Direction::down), 20e6 * 1448 / (1500 + 26), 1.0);
}

TEST(FixedHop, RoundTripShareIsASegmentAndItsAck) {
  const FixedHop hop(asymmetric(Duplex::full), Segmenting{});
  EXPECT_DOUBLE_EQ(hop.round_trip_share(Direction::up, 14480).count(), 1500 * 8 / 20.0 + 52 * 8 / 100.0);
}

TEST(FixedHop, ModelledBytesAreHeadersBothWays) {
  const FixedHop hop(asymmetric(Duplex::full), Segmenting{});
  EXPECT_EQ(hop.modelled_bytes(1), 52U + 52);
  EXPECT_EQ(hop.modelled_bytes(11 * 1448), 11U * 52 + 6 * 52);
}

TEST(FixedHop, WithoutTcpBytesAtTheRate) {
  const FixedHop hop(asymmetric(Duplex::half), Segmenting{.payload = 1500, .header = 0, .acks = false});
  EXPECT_DOUBLE_EQ(hop.flight_time(Direction::up, 1000000).count(), 400000.0);
  EXPECT_EQ(hop.modelled_bytes(1000000), 0U);
}

TEST(FixedHop, DescribesItself) {
  EXPECT_EQ(FixedHop(asymmetric(Duplex::full), Segmenting{}).describe(),
            "fixed rate 20 Mbit/s up, 100 Mbit/s down, full duplex");
}

}  // namespace
}  // namespace cutlink::netsim
