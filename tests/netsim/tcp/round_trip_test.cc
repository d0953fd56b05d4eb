// The worked example of netsim/tcp/README.md: RTT' on a fixed link.
#include <gtest/gtest.h>

#include "netsim/bottleneck_of.h"
#include "netsim/fixed/fixed_hop.h"
#include "netsim/tcp/link_exchange.h"

namespace cutlink::netsim {
namespace {

TEST(RoundTrip, TheRoundTripHoldsOneSegmentAndItsAck) {
  const LinkSpec spec = fixed(100, 20);
  const FixedHop hop(fixed_of(spec), segmenting_of(spec.tcp));
  EXPECT_NEAR(hop.round_trip_share(Direction::up, 10 * 1448).count(), 120.0 + 4.16, 1e-9);
}

// Two segments a round trip do not fill this path, so the rate is theirs: 2 · 1448 bytes in RTT'.
TEST(RoundTrip, AWindowBelowThePipeSendsOneWindowARoundTrip) {
  LinkSpec spec = fixed(100, 20);
  spec.tcp.max_window = Bytes{2 * 1448};
  EXPECT_NEAR(make_link(spec, 1)->goodput(Direction::up).bps, 2 * 1448 * 8 / 0.02012416, 0.01);
}

}  // namespace
}  // namespace cutlink::netsim
