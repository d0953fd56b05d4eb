#include <gtest/gtest.h>

#include "netsim/bottleneck_of.h"
#include "netsim/spec/link_spec.h"
#include "netsim/timeline/timeline.h"

namespace cutlink::netsim {
namespace {

using std::chrono::milliseconds;
using Kind = TimelineEvent::Kind;

TimelineEvent work(Half half, int ms) {
  return {.kind = Kind::work, .half = half, .duration = milliseconds{ms}};
}
TimelineEvent coding(Kind kind, Half half, int ms) {
  return {.kind = kind, .half = half, .duration = milliseconds{ms}};
}
TimelineEvent message(Crossing crossing, std::uint64_t bytes) {
  return {.kind = Kind::message, .half = sender_of(crossing), .crossing = crossing, .size = Bytes{bytes}};
}

std::vector<TimelineEvent> step() {
  return {work(Half::client, 10),
          coding(Kind::encode, Half::client, 1),
          message(Crossing::act_up, 100000),
          coding(Kind::decode, Half::server, 2),
          work(Half::server, 300),
          message(Crossing::act_down, 50000),
          work(Half::client, 20),
          message(Crossing::grad_up, 70000),
          work(Half::server, 400),
          message(Crossing::grad_down, 30000),
          work(Half::client, 30)};
}

TEST(Replay, TotalIsTheSumOfItsParts) {
  LinkSpec spec;
  spec.bottleneck = WifiLinkSpec{};
  spec.delay = milliseconds{2};
  spec.jitter = milliseconds{3};
  const auto link = make_link(spec, 5);
  Replay replay(*link);
  Instant before{};
  for (int i = 0; i < 3; ++i) {
    const BatchTiming timing = replay.play(step());
    EXPECT_EQ(timing.client, milliseconds{60});
    EXPECT_EQ(timing.server, milliseconds{700});
    EXPECT_EQ(timing.codec, milliseconds{3});
    EXPECT_EQ(timing.total, timing.client + timing.server + timing.codec + timing.link);
    EXPECT_EQ(replay.now() - before, timing.total);
    ASSERT_EQ(timing.deliveries.size(), 4U);
    EXPECT_EQ(timing.deliveries[0].begins, before + milliseconds{11});
    EXPECT_GT(timing.deliveries[3].modelled_bytes, 0U);
    before = replay.now();
  }
}

TEST(Replay, RawLinkByHand) {
  LinkSpec spec;
  spec.bottleneck = FixedLinkSpec{};
  fixed_of(spec).up = {8e6};     // 1 byte a microsecond
  fixed_of(spec).down = {16e6};  // 2
  spec.delay = milliseconds{5};
  spec.tcp.enabled = false;
  const auto link = make_link(spec, 0);
  Replay replay(*link);
  const BatchTiming timing = replay.play(step());
  EXPECT_EQ(timing.link, milliseconds{100 + 25 + 70 + 15 + 4 * 5});
  EXPECT_EQ(timing.deliveries[1].arrives, milliseconds{11 + 105 + 302 + 30});
}

TEST(Replay, GoesOnFromASetClock) {
  LinkSpec spec;
  spec.bottleneck = FixedLinkSpec{};
  fixed_of(spec).up = fixed_of(spec).down = {8e6};
  const auto link = make_link(spec, 0);
  Replay replay(*link);
  replay.set_now(milliseconds{1000});
  replay.play({work(Half::client, 5)});
  EXPECT_EQ(replay.now(), milliseconds{1005});
}

}  // namespace
}  // namespace cutlink::netsim
