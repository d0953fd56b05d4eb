#include "netsim/tcp/tcp_link.h"

#include <gtest/gtest.h>

#include "netsim/bottleneck_of.h"
#include "netsim/tcp/link_exchange.h"

namespace cutlink::netsim {
namespace {

using std::chrono::milliseconds;

TEST(TcpLink, ColdMessageByHand) {
  // 100 Mbit/s, RTT 20 ms, 16 kB: 10 segments, an RTT' of 20 ms + 120 us + 4.16 us, then 1520 B + 2 x 52 B.
  const auto link = make_link(fixed(100, 20), 0);
  const Delivery first = link->send(Direction::up, Bytes{16000}, milliseconds{3});
  EXPECT_EQ(first.begins, milliseconds{3});
  EXPECT_NEAR(in_ms(first.arrives), 3 + 20 + 0.12 + 0.00416 + 1624 * 8 / 1e5 + 10, 1e-5);
  EXPECT_EQ(first.modelled_bytes, 12U * 52 + 6 * 52);
}

TEST(TcpLink, IdleResetNeedsAWholeRto) {
  // RTO = RTT + 200 ms from the last byte sent; the window of the direction that rested is cut.
  const auto warm_then_rest = [](int rest_ms) {
    const auto link = make_link(fixed(100, 20), 0);
    for (int i = 0; i < 5; ++i) {
      link->send(Direction::up, Bytes{1'000'000}, {});
    }
    const Instant last_byte = link->send(Direction::up, Bytes{1'000'000}, {}).arrives - milliseconds{10};
    const Instant now = last_byte + milliseconds{rest_ms};
    return link->send(Direction::up, Bytes{256'000}, now).arrives - now;
  };
  const Nanoseconds warm = make_link(fixed(100, 20), 0)->transfer_time(Direction::up, Bytes{256'000});
  EXPECT_EQ(warm_then_rest(219), warm);
  EXPECT_GT(warm_then_rest(3 * 220 + 1), warm);
}

TEST(TcpLink, EachDirectionHasItsOwnWindow) {
  const auto link = make_link(fixed(100, 40), 0);
  const auto cold_up = link->send(Direction::up, Bytes{500'000}, {});
  const auto now = cold_up.arrives;
  const auto cold_down = link->send(Direction::down, Bytes{500'000}, now);
  EXPECT_EQ(cold_down.arrives - now, cold_up.arrives);
  const auto later = cold_down.arrives;
  EXPECT_LT(link->send(Direction::up, Bytes{500'000}, later).arrives - later, cold_up.arrives);
}

TEST(TcpLink, LongerMessagesNeverArriveEarlier) {
  for (const LinkSpec& spec : {wifi(4, 5), wifi(7, 40), fixed(20, 10), fixed(1000, 100)}) {
    Nanoseconds cold_before{};
    Nanoseconds warm_before{};
    for (std::uint64_t bytes = 100; bytes < 3'000'000; bytes += bytes / 40 + 777) {
      const auto link = make_link(spec, 1);
      const Nanoseconds warm = link->transfer_time(Direction::down, Bytes{bytes});
      const Nanoseconds cold = link->send(Direction::down, Bytes{bytes}, {}).arrives;
      ASSERT_GE(cold, cold_before) << link->describe() << " " << bytes;
      ASSERT_GE(warm, warm_before) << link->describe() << " " << bytes;
      ASSERT_GE(cold, warm) << link->describe() << " " << bytes;
      cold_before = cold;
      warm_before = warm;
    }
  }
}

TEST(TcpLink, TransferTimeChangesNothing) {
  const auto link = make_link(wifi(4, 20), 1);
  const auto untouched = make_link(wifi(4, 20), 1);
  EXPECT_EQ(link->transfer_time(Direction::up, Bytes{5'000'000}),
            link->transfer_time(Direction::up, Bytes{5'000'000}));
  EXPECT_EQ(link->send(Direction::up, Bytes{500'000}, {}).arrives,
            untouched->send(Direction::up, Bytes{500'000}, {}).arrives);
}

TEST(TcpLink, HalfDuplexDirectionsTakeTurns) {
  LinkSpec spec = fixed(100, 0);
  fixed_of(spec).duplex = Duplex::half;
  const auto half = make_link(spec, 0);
  const Delivery up = half->send(Direction::up, Bytes{1'000'000}, {});
  const Delivery down = half->send(Direction::down, Bytes{1'000'000}, {});
  EXPECT_EQ(down.begins, up.arrives);
  fixed_of(spec).duplex = Duplex::full;
  const auto full = make_link(spec, 0);
  full->send(Direction::up, Bytes{1'000'000}, {});
  EXPECT_EQ(full->send(Direction::down, Bytes{1'000'000}, {}).begins, Instant{});
  // The same direction takes turns on either.
  EXPECT_GT(full->send(Direction::up, Bytes{1000}, {}).begins, Instant{});
}

TEST(TcpLink, AWifiMessageDownPassesTheWireFirst) {
  const auto link = make_link(wifi(4, 10), 0);
  const Delivery down = link->send(Direction::down, Bytes{1000}, {});
  // The air is free until 5 ms: a message up that is through by then does not wait.
  const auto other = make_link(wifi(4, 10), 0);
  EXPECT_EQ(other->send(Direction::up, Bytes{1000}, {}).arrives, down.arrives);
  const Delivery up = link->send(Direction::up, Bytes{1000}, {});
  EXPECT_GT(up.begins, milliseconds{5});
}

TEST(TcpLink, JitterIsBoundedDeterministicAndKeepsTheOrder) {
  LinkSpec spec = fixed(100, 10);
  spec.jitter = milliseconds{200};
  spec.tcp.enabled = false;
  const auto run = [&](std::uint64_t seed) {
    const auto link = make_link(spec, seed);
    std::vector<Nanoseconds> extra;
    Instant last{};
    for (int i = 0; i < 400; ++i) {
      const Instant now = std::chrono::seconds{i};
      const Delivery d = link->send(Direction::up, Bytes{10000}, now);
      extra.push_back(d.arrives - now - link->transfer_time(Direction::up, Bytes{10000}));
      EXPECT_GE(d.arrives, last);
      last = d.arrives;
    }
    return extra;
  };
  const auto extra = run(7);
  EXPECT_EQ(extra, run(7));
  EXPECT_NE(extra, run(8));
  double mean = 0;
  for (const Nanoseconds e : extra) {
    EXPECT_GE(e, Nanoseconds::zero());
    EXPECT_LE(e, milliseconds{200});
    mean += in_ms(e) / static_cast<double>(extra.size());
  }
  EXPECT_NEAR(mean, 100.0, 12.0);  // 4 standard errors of a uniform distribution
}

TEST(TcpLink, MessagesThatFollowCloselyStayInOrder) {
  LinkSpec spec = fixed(100, 10);
  spec.jitter = milliseconds{200};
  const auto link = make_link(spec, 3);
  Instant last{};
  for (int i = 0; i < 200; ++i) {
    const Delivery d = link->send(Direction::down, Bytes{1000}, milliseconds{i});
    ASSERT_GE(d.arrives, last);
    last = d.arrives;
  }
}

TEST(TcpLink, AReceiversWindowLimitsTheRate) {
  LinkSpec spec = fixed(500, 80);
  spec.tcp.max_window = Bytes{1'448'000};  // 1000 segments
  const auto link = make_link(spec, 0);
  const double round_trip_s = 0.080 + (1500 + 52) * 8 / 500e6;
  EXPECT_NEAR(link->goodput(Direction::up).bps, 1448e3 * 8 / round_trip_s, 1.0);
  const double seconds_taken = in_ms(link->transfer_time(Direction::up, Bytes{100'000'000})) / 1e3;
  EXPECT_NEAR(8e8 / seconds_taken / link->goodput(Direction::up).bps, 1.0, 0.02);
  spec.tcp.max_window = Bytes{16'000'000};
  EXPECT_NEAR(make_link(spec, 0)->goodput(Direction::up).bps, 500e6 * 1448 / 1500, 1.0);
}

TEST(TcpLink, WithoutTcpBytesPassAtTheRate) {
  LinkSpec spec = fixed(100, 20);
  spec.tcp.enabled = false;
  const auto link = make_link(spec, 0);
  const Delivery d = link->send(Direction::up, Bytes{1'000'000}, {});
  EXPECT_EQ(d.arrives, milliseconds{80 + 10});
  EXPECT_EQ(d.modelled_bytes, 0U);
  EXPECT_DOUBLE_EQ(link->goodput(Direction::down).bps, 100e6);
}

TEST(TcpLink, DescribesItself) {
  EXPECT_EQ(make_link(wifi(4, 5), 0)->describe(),
            "802.11ac 80 MHz MCS4, 1 stream, half duplex, RTT 5 ms, TCP (simulated)");
}

}  // namespace
}  // namespace cutlink::netsim
