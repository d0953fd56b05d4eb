#include "netsim/packet/link_packets.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "netsim/packet/likeness.h"
#include "netsim/spec/link_short_form.h"

namespace cutlink::netsim {
namespace {

using std::chrono::milliseconds;

std::filesystem::path write_trace(const char* text) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "link_packets.trace";
  std::ofstream(path) << text;
  return path;
}

TEST(LinkPackets, QueueOfAnAmpleLinkHoldsTwoRoundTrips) {
  const LinkSpec slow = parse_link_short_form("fixed:rate=10Mbit/s,delay=10ms");
  EXPECT_EQ(emulated_queue(slow, Direction::up), Bytes{100'000});
  const LinkSpec near = parse_link_short_form("fixed:up=100Mbit/s,down=200Mbit/s,delay=1ms");
  EXPECT_EQ(emulated_queue(near, Direction::up), Bytes{500'000});
  EXPECT_EQ(emulated_queue(near, Direction::down), Bytes{1'000'000});
  const LinkSpec far = parse_link_short_form("fixed:rate=100Mbit/s,delay=40ms");
  EXPECT_EQ(emulated_queue(far, Direction::up), Bytes{2'000'000});
  EXPECT_EQ(emulated_queue(parse_link_short_form("wifi:standard=802.11n,width=20MHz"), Direction::up),
            Bytes{750'000});
  const LinkSpec given = parse_link_short_form("fixed:rate=100Mbit/s,delay=40ms,queue=64kB");
  EXPECT_EQ(emulated_queue(given, Direction::down), Bytes{64'000});
}

TEST(LinkPackets, FixedRateAndDelayInVirtualTime) {
  PacketPool pool(1500);
  const auto path =
      make_packet_path(parse_link_short_form("fixed:up=12Mbit/s,down=24Mbit/s,delay=10ms"), 1, pool);
  path->offer(Direction::up, {pool.take(), 1500}, {});
  path->offer(Direction::down, {pool.take(), 1500}, {});
  EXPECT_EQ(path->take(Direction::up, milliseconds{100})->due, milliseconds{11});
  EXPECT_EQ(path->take(Direction::down, milliseconds{100})->due, std::chrono::microseconds{10'500});
}

TEST(LinkPackets, WifisWiredPartLiesBehindTheAccessPoint) {
  PacketPool pool(1500);
  const auto path = make_packet_path(parse_link_short_form("wifi:mcs=4,delay=5ms"), 1, pool);
  path->offer(Direction::up, {pool.take(), 1500}, {});
  // Both are on the air alone: the one at once, the other 5 ms later.
  path->offer(Direction::down, {pool.take(), 1500}, {});
  const auto up = path->take(Direction::up, milliseconds{100});
  const auto down = path->take(Direction::down, milliseconds{100});
  ASSERT_TRUE(up && down);
  EXPECT_EQ(up->due, down->due);
}

TEST(LinkPackets, ATraceReplacesTheRate) {
  LinkSpec spec = parse_link_short_form("fixed:down=12Mbit/s,trace_up=" + write_trace("3\n3\n10\n").string());
  EXPECT_DOUBLE_EQ(packet_rate(spec, Direction::up).bps, 3.6e6);
  PacketPool pool(1500);
  const auto path = make_packet_path(spec, 1, pool);
  for (int i = 0; i < 3; ++i) {
    path->offer(Direction::up, {pool.take(), 1500}, {});
  }
  for (const int ms : {3, 3, 10}) {
    EXPECT_EQ(path->take(Direction::up, milliseconds{100})->due, milliseconds{ms});
  }
  EXPECT_EQ(
      describe_emulated(spec),
      "3.6 Mbit/s on average (link_packets.trace) up, 12 Mbit/s down, full duplex, RTT 0 ns, queue 100 kB "
      "(emulated)");
}

TEST(LinkPackets, TheSimulatedLikenessCanBeMade) {
  const LinkSpec spec =
      parse_link_short_form("fixed:loss=1%,down=12Mbit/s,trace_up=" + write_trace("3\n3\n10\n").string());
  EXPECT_THROW(static_cast<void>(make_link(spec, 1)), Error);
  const auto link = make_link(simulated_likeness(spec), 1);
  EXPECT_NEAR(link->goodput(Direction::up).bps, 3.6e6 * 1448 / 1500, 1e3);
  EXPECT_THROW(static_cast<void>(make_link(parse_link_short_form("wifi:loss_down=1%"), 1)), Error);
  EXPECT_NO_THROW(static_cast<void>(make_link(simulated_likeness(parse_link_short_form("wifi:loss=1%")), 1)));
}

TEST(LinkPackets, LossIsOfItsDirection) {
  PacketPool pool(1500);
  const auto path = make_packet_path(parse_link_short_form("fixed:rate=1Gbit/s,loss_down=100%"), 1, pool);
  for (const Direction direction : {Direction::up, Direction::down}) {
    path->offer(direction, {pool.take(), 1500}, {});
    static_cast<void>(path->take(direction, milliseconds{100}));
  }
  EXPECT_EQ(path->counts(Direction::up).left_packets, 1U);
  EXPECT_EQ(path->counts(Direction::down).losses, 1U);
}

TEST(LinkPackets, DescribesWhatItDoes) {
  EXPECT_EQ(
      describe_emulated(
          parse_link_short_form("fixed:rate=50Mbit/s,delay=10ms,jitter=2ms,loss=gemodel 1% 9%")),
      "50 Mbit/s up, 50 Mbit/s down, full duplex, RTT 20 ms + jitter up to 2 ms each way, queue 250 kB, loss "
      "gemodel 1% 9% (emulated)");
}

TEST(LinkPackets, RefusesATraceBesideARate) {
  EXPECT_THROW(static_cast<void>(parse_link_short_form("fixed:rate=1Mbit/s,trace_up=x")), Error);
  EXPECT_THROW(static_cast<void>(parse_link_short_form("fixed:trace=x,trace_up=x")), Error);
  EXPECT_THROW(static_cast<void>(parse_link_short_form("fixed:trace=x,duplex=half")), Error);
  PacketPool pool(1500);
  EXPECT_THROW(
      static_cast<void>(make_packet_path(parse_link_short_form("fixed:trace=/no/such/file"), 1, pool)),
      Error);
}

}  // namespace
}  // namespace cutlink::netsim
