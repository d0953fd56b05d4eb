#include <gtest/gtest.h>

#include "netsim/spec/link_fields.h"

namespace cutlink::netsim {
namespace {

LinkSpec fixed() {
  LinkSpec spec;
  spec.kind = "fixed";
  spec.fixed.up = spec.fixed.down = {1e6};
  return spec;
}

LinkSpec wifi() {
  LinkSpec spec;
  spec.kind = "wifi";
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
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.kind = "lte"; }), "kind");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.fixed.up = {0}; }), "up");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.fixed.down = {1e14}; }), "down");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.fixed.delay = std::chrono::hours{1}; }), "delay");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.fixed.jitter = std::chrono::hours{1}; }), "jitter");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.fixed.queue = Bytes{1499}; }), "queue");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.fixed.queue = Bytes{1500}; }), "");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.mss = 0; }), "mss");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.mss = 65500; }), "mss");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.initial_window = 0; }), "initial_window");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.max_window = Bytes{2895}; }), "max_window");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.max_window = Bytes{2896}; }), "");
  EXPECT_EQ(fixed_with([](LinkSpec& s) { s.tcp.max_window = Bytes{1ULL << 31}; }), "max_window");
}

TEST(LinkFault, WifiHasItsOwnBounds) {
  LinkSpec spec = wifi();
  spec.wifi.contenders = 5;
  EXPECT_EQ(key_at_fault(spec), "contenders");
  spec.wifi.contenders = 4;
  EXPECT_EQ(key_at_fault(spec), "");
  spec.tcp.mss = 2245;  // an IP packet above 2296 bytes
  EXPECT_EQ(key_at_fault(spec), "mss");
  spec = wifi();
  spec.wifi.width_mhz = 21;
  EXPECT_EQ(key_at_fault(spec), "width");
  spec = wifi();
  spec.wifi.delay = std::chrono::hours{1};
  EXPECT_EQ(key_at_fault(spec), "delay");
}

}  // namespace
}  // namespace cutlink::netsim
