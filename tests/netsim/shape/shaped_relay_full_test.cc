// How exact the shaped link's times are. A busy machine makes them longer, never shorter: the median of
// several tries is held against the model, and a test has three attempts.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "base/sanitized.h"
#include "netsim/shape/shaped_relay.h"
#include "netsim/spec/link_short_form.h"
#include "wire/raw_socket.h"

namespace cutlink::netsim {
namespace {

using Clock = std::chrono::steady_clock;
using wire::RawListener;
using wire::RawSocket;

constexpr int attempts = 3;
constexpr double turn_ms = 5.0;  // a scheduler's turn on a busy machine

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

class ShapedTimes {
 public:
  explicit ShapedTimes(const LinkSpec& link)
      : relay_(link, 1, listener_.port()),
        client_(RawSocket::to(relay_.port())),
        server_(listener_.accept()) {}

  // From the first byte sent until the last one read.
  double message_ms(std::size_t bytes) {
    const ByteVector body(bytes, 1);
    const auto start = Clock::now();
    std::thread sender([&] { client_.send(body); });
    for (std::size_t got = 0; got < bytes;) {
      const std::size_t more = server_.hear(std::chrono::seconds{10}).bytes.size();
      if (more == 0) {
        ADD_FAILURE() << "nothing comes any more after " << got << " bytes";
        break;
      }
      got += more;
    }
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    sender.join();
    return took.count();
  }
  double round_trip_ms() {
    const ByteVector one(1);
    const auto start = Clock::now();
    client_.send(one);
    EXPECT_EQ(server_.hear(std::chrono::seconds{10}).bytes.size(), 1U);
    server_.send(one);
    EXPECT_EQ(client_.hear(std::chrono::seconds{10}).bytes.size(), 1U);
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  }
  [[nodiscard]] std::string report() { return report_text(relay_.report()); }

 private:
  RawListener listener_;
  ShapedRelay relay_;
  RawSocket client_, server_;
};

void expect_message_times(const std::string& text, double tolerance) {
  const LinkSpec spec = parse_link_short_form(text);
  const auto model = make_link(shaped_likeness(spec), 1);
  for (const std::size_t bytes : {1'000'000U, 10'000'000U}) {
    const double expected =
        static_cast<double>(model->transfer_time(Direction::up, Bytes{bytes}).count()) / 1e6;
    const double bound = tolerance + turn_ms / expected;
    double error = 1.0;
    for (int attempt = 0; attempt < attempts && std::abs(error) > bound; ++attempt) {
      ShapedTimes times(spec);
      std::vector<double> ms;
      for (int i = 0; i < (expected > 2000 ? 1 : 5); ++i) {
        ms.push_back(times.message_ms(bytes));
      }
      error = median(ms) / expected - 1.0;
      std::printf("%s, %zu bytes: %.2f ms, model %.2f: %+.2f %%\n%s", text.c_str(), bytes, median(ms),
                  expected, 100 * error, times.report().c_str());
    }
    EXPECT_TRUE(std::abs(error) <= bound || !judges_clocks) << text << ", " << bytes << " bytes";
  }
}

TEST(ShapedRelayTimes, MessagesAt10) { expect_message_times("fixed:rate=10Mbit/s,delay=10ms", 0.02); }
TEST(ShapedRelayTimes, MessagesAt50) { expect_message_times("fixed:rate=50Mbit/s,delay=10ms", 0.02); }
TEST(ShapedRelayTimes, MessagesAt100) { expect_message_times("fixed:rate=100Mbit/s,delay=10ms", 0.03); }
TEST(ShapedRelayTimes, MessagesInHalfDuplex) {
  expect_message_times("fixed:rate=100Mbit/s,delay=2ms,duplex=half", 0.03);
}
TEST(ShapedRelayTimes, MessagesOverWifi) {
  expect_message_times("wifi:standard=802.11ac,width=80MHz,mcs=4,delay=2.5ms", 0.08);
}

TEST(ShapedRelayTimes, RoundTripIsTwiceTheDelay) {
  for (const int delay_ms : {1, 10}) {
    double ms = 0.0;
    for (int attempt = 0; attempt < attempts && (attempt == 0 || ms > 2 * delay_ms + 0.5); ++attempt) {
      ShapedTimes times(
          parse_link_short_form("fixed:rate=100Mbit/s,delay=" + std::to_string(delay_ms) + "ms"));
      std::vector<double> trips;
      for (int i = 0; i < 51; ++i) {
        trips.push_back(times.round_trip_ms());
      }
      ms = median(trips);
      std::printf("delay %d ms: round trip %.3f ms\n", delay_ms, ms);
    }
    EXPECT_GE(ms, 2 * delay_ms);
    EXPECT_TRUE(ms <= 2 * delay_ms + 0.5 || !judges_clocks) << ms;
  }
}

}  // namespace
}  // namespace cutlink::netsim
