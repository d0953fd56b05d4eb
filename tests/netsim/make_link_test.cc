#include <gtest/gtest.h>

#include "base/error.h"
#include "netsim/bottleneck_of.h"
#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {
namespace {

TEST(MakeLink, RefusesWhatCannotBe) {
  LinkSpec spec;
  spec.name = "mine";
  spec.bottleneck = FixedLinkSpec{};
  try {
    (void)make_link(spec, 0);
    FAIL() << "a link without a rate was made";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(std::string(error.what()).substr(0, 16), "link \"mine\": up:");
  }
}

TEST(MakeLink, TheQueueBoundsTheWindowOfEachDirection) {
  // Path 20 kB up, 100 kB down, a queue of 10 kB: with two of the path's delays a window of 30 kB suffices
  // up.
  LinkSpec spec;
  spec.bottleneck = FixedLinkSpec{};
  fixed_of(spec).up = {8e6};
  fixed_of(spec).down = {40e6};
  spec.delay = std::chrono::milliseconds{10};
  fixed_of(spec).queue = Bytes{10000};
  const auto link = make_link(spec, 0);
  // Grown windows: 20 segments up, 76 down; a message of 60 segments after many others and half an RTO's
  // rest.
  const auto warm = [&](Direction direction) {
    Instant now{};
    for (int i = 0; i < 8; ++i) {
      now = link->send(direction, Bytes{500'000}, now).arrives;
    }
    return now;
  };
  EXPECT_NEAR(link->goodput(Direction::up).bps, 8e6 * 1448 / 1500, 1);
  EXPECT_NEAR(link->goodput(Direction::down).bps, 40e6 * 1448 / 1500, 1);
  // After two RTOs' rest the window up is 20 / 4, raised to 10: as good as new.
  const Instant rested = warm(Direction::up) + std::chrono::milliseconds{450};
  const auto fresh = make_link(spec, 0);
  EXPECT_EQ(link->send(Direction::up, Bytes{100'000}, rested).arrives - rested,
            fresh->send(Direction::up, Bytes{100'000}, {}).arrives);
}

TEST(MakeLink, ContendersSlowWifiDown) {
  LinkSpec spec;
  spec.bottleneck = WifiLinkSpec{};
  double before = 1e12;
  for (unsigned m = 0; m <= 4; ++m) {
    wifi_of(spec).contenders = m;
    const double now = make_link(spec, 0)->goodput(Direction::up).bps;
    EXPECT_LT(now, before);
    before = now;
  }
}

}  // namespace
}  // namespace cutlink::netsim
