#include <gtest/gtest.h>

#include "netsim/bottleneck_of.h"
#include "netsim/spec/link_fields.h"

namespace cutlink::netsim {
namespace {

LinkSpec fixed() {
  LinkSpec spec;
  spec.bottleneck = FixedLinkSpec{.up = {1e6}, .down = {1e6}};
  return spec;
}

LinkSpec wifi() {
  LinkSpec spec;
  spec.bottleneck = WifiLinkSpec{};
  return spec;
}

std::string key_at_fault(const LinkSpec& spec) {
  const auto fault = find_link_fault(spec);
  return fault ? fault->key : "";
}

TEST(LinkFault, SoundLinksHaveNone) {
  EXPECT_EQ(key_at_fault(fixed()), "");
  EXPECT_EQ(key_at_fault(wifi()), "");
}

TEST(LinkFault, EveryBoundIsChecked) {
  const auto fixed_with = [](auto change) {
    LinkSpec spec = fixed();
    change(spec);
    return key_at_fault(spec);
  };
  EXPECT_EQ(fixed_with([](LinkSpec& s) { fixed_of(s).up = {0}; }), "up");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { fixed_of(s).down = {1e14}; }), "down");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.delay = std::chrono::hours{1}; }), "delay");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.jitter = std::chrono::hours{1}; }), "jitter");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { fixed_of(s).queue = Bytes{1499}; }), "queue");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { fixed_of(s).queue = Bytes{1500}; }), "");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.mss = 0; }), "mss");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.mss = 65500; }), "mss");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.initial_window = 0; }), "initial_window");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.max_window = Bytes{2895}; }), "max_window");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.max_window = Bytes{2896}; }), "");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.max_window = Bytes{1ULL << 31}; }), "max_window");
}

TEST(LinkFault, WifiHasItsOwnBounds) {
  LinkSpec spec = wifi();
  wifi_of(spec).contenders = 5;
  EXPECT_EQ(key_at_fault(spec), "contenders");
  wifi_of(spec).contenders = 4;
  EXPECT_EQ(key_at_fault(spec), "");
  spec.tcp.mss = 2245;  // an IP packet above 2296 bytes
  EXPECT_EQ(key_at_fault(spec), "mss");
  spec = wifi();
  wifi_of(spec).width_mhz = 21;
  EXPECT_EQ(key_at_fault(spec), "width");
  spec = wifi();
  spec.delay = std::chrono::hours{1};
  EXPECT_EQ(key_at_fault(spec), "delay");
}

}  // namespace
}  // namespace cutlink::netsim
