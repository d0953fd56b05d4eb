#include "netsim/spec/link_kind.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

TEST(LinkKind, EveryKindIsFoundUnderItsOwnName) {
  for (const char* kind : {"fixed", "wifi"}) {
    LinkSpec link;
    link.bottleneck = find_kind(kind).value();
    EXPECT_EQ(kind_of(link), kind);
  }
  EXPECT_EQ(find_kind("wifi"), Bottleneck(WifiLinkSpec{}));
}

TEST(LinkKind, OthersAreNoKind) {
  for (const char* kind : {"", "lte", "Fixed", "wifi "}) {
    EXPECT_EQ(find_kind(kind), std::nullopt) << kind;
  }
}

TEST(LinkKind, MessagesNameThemAll) {
  EXPECT_EQ(known_kinds("", ":…"), "fixed:… or wifi:…");
  EXPECT_EQ(known_kinds("\"", "\""), "\"fixed\" or \"wifi\"");
}

// Every setting counts, those of the kind and those of every kind.
TEST(LinkKind, LinksAreEqualIfEverySettingIs) {
  const auto differs = [](auto change) {
    LinkSpec link;
    change(link);
    return !(link == LinkSpec{}) && link == link;
  };
  EXPECT_EQ(LinkSpec{}, LinkSpec{});
  EXPECT_TRUE(differs([](LinkSpec& l) { l.bottleneck = WifiLinkSpec{}; }));
  EXPECT_TRUE(differs([](LinkSpec& l) { l.bottleneck = FixedLinkSpec{.queue = {1}}; }));
  EXPECT_TRUE(differs([](LinkSpec& l) { l.delay = Nanoseconds{1}; }));
  EXPECT_TRUE(differs([](LinkSpec& l) { l.jitter = Nanoseconds{1}; }));
  EXPECT_TRUE(differs([](LinkSpec& l) { l.loss_down.in_good = 0.5; }));
  EXPECT_TRUE(differs([](LinkSpec& l) { l.tcp.mss = 1400; }));
}

}  // namespace
}  // namespace cutlink::netsim
