#include "netsim/tcp/sender_window.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

using std::chrono::milliseconds;

constexpr WindowRules rules{.initial = 10, .cap = 500, .idle_reset = true, .rto = milliseconds{220}};

TEST(SenderWindow, StartsCold) {
  EXPECT_EQ(SenderWindow(rules).at(Instant{}), 10U);
  WindowRules small = rules;
  small.cap = 4;
  EXPECT_EQ(SenderWindow(small).at(Instant{}), 4U);
}

TEST(SenderWindow, HalvesWithEveryIdleRto) {
  SenderWindow window(rules);
  window.keep(400, milliseconds{1000});
  EXPECT_EQ(window.at(milliseconds{1000}), 400U);
  EXPECT_EQ(window.at(milliseconds{1219}), 400U);
  EXPECT_EQ(window.at(milliseconds{1220}), 200U);
  EXPECT_EQ(window.at(milliseconds{1440}), 100U);
  EXPECT_EQ(window.at(milliseconds{1000 + 20 * 220}), 10U);  // not below the initial window
}

TEST(SenderWindow, AWindowBelowTheInitialOneIsNotRaised) {
  WindowRules small = rules;
  small.cap = 4;
  SenderWindow window(small);
  window.keep(3, {});
  EXPECT_EQ(window.at(milliseconds{10000}), 3U);
}

TEST(SenderWindow, WithoutIdleResetItIsKept) {
  WindowRules keep = rules;
  keep.idle_reset = false;
  SenderWindow window(keep);
  window.keep(400, {});
  EXPECT_EQ(window.at(std::chrono::hours{1}), 400U);
}

TEST(SenderWindow, RestoresWhatItSaved) {
  SenderWindow window(rules);
  window.keep(123, milliseconds{7});
  ByteVector bytes;
  ByteWriter out(bytes);
  window.save(out);
  SenderWindow copy(rules);
  ByteReader in(bytes, "state");
  copy.restore(in);
  in.expect_end();
  EXPECT_EQ(copy.at(milliseconds{7}), 123U);
  EXPECT_EQ(copy.at(milliseconds{7 + 220}), 61U);
}

TEST(SenderWindow, RefusesAWindowThatCannotBe) {
  ByteVector bytes;
  ByteWriter out(bytes);
  out.put<std::uint64_t>(501);
  out.put<std::int64_t>(0);
  SenderWindow window(rules);
  ByteReader in(bytes, "state");
  EXPECT_THROW(window.restore(in), Error);
}

}  // namespace
}  // namespace cutlink::netsim
