// A TCP link's saved state.
#include <gtest/gtest.h>

#include "netsim/tcp/link_exchange.h"

namespace cutlink::netsim {
namespace {

using std::chrono::milliseconds;

TEST(TcpLinkState, AnUninterruptedRunEqualsASavedAndRestoredOne) {
  for (LinkSpec spec : {wifi(4, 20), fixed(30, 60)}) {
    spec.jitter = milliseconds{9};
    const auto play = [&](Link& link, int from, int to, std::vector<Instant>& arrivals) {
      for (int i = from; i < to; ++i) {
        const Instant now = milliseconds{i * (i % 3 == 0 ? 400 : 390)};
        arrivals.push_back(
            link.send(i % 2 == 0 ? Direction::up : Direction::down, Bytes{40000U + 9000U * (i % 7)}, now)
                .arrives);
      }
    };
    std::vector<Instant> whole;
    const auto link = make_link(spec, 11);
    play(*link, 0, 20, whole);
    for (int stop = 1; stop < 20; ++stop) {
      std::vector<Instant> parts;
      const auto before = make_link(spec, 11);
      play(*before, 0, stop, parts);
      ByteVector state;
      ByteWriter out(state);
      before->save(out);
      const auto after = make_link(spec, 11);
      ByteReader in(state, "link state");
      after->restore(in);
      in.expect_end();
      play(*after, stop, 20, parts);
      ASSERT_EQ(parts, whole) << stop;
    }
  }
}

TEST(TcpLinkState, AnotherLinksStateIsRefused) {
  ByteVector state;
  ByteWriter out(state);
  make_link(wifi(4, 20), 1)->save(out);
  ByteReader in(state, "link state");
  EXPECT_THROW(make_link(wifi(7, 20), 1)->restore(in), Error);
  ByteReader cut(ByteSpan(state).first(state.size() - 1), "link state");
  EXPECT_THROW(make_link(wifi(4, 20), 1)->restore(cut), Error);
}

}  // namespace
}  // namespace cutlink::netsim
