#include "netsim/spec/link_fields.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "netsim/bottleneck_of.h"
#include "netsim/spec/link_kind.h"

namespace cutlink::netsim {
namespace {

LinkSpec with(const char* group, const char* key, const char* text) {
  LinkSpec spec;
  spec.bottleneck = find_kind(group).value_or(FixedLinkSpec{});
  const LinkField* field = find_link_field(group, key);
  EXPECT_NE(field, nullptr);
  field->set(spec, text);
  return spec;
}

TEST(LinkFields, WidthsComeWithAndWithoutTheirUnit) {
  EXPECT_EQ(wifi_of(with("wifi", "width", "80MHz")).width_mhz, 80U);
  EXPECT_EQ(wifi_of(with("wifi", "width", "40")).width_mhz, 40U);
  EXPECT_THROW(with("wifi", "width", "80GHz"), Error);
  EXPECT_THROW(with("wifi", "width", "MHz"), Error);
}

TEST(LinkFields, GuardIntervalsByNameOrTime) {
  EXPECT_TRUE(wifi_of(with("wifi", "guard_interval", "short")).short_guard_interval);
  EXPECT_TRUE(wifi_of(with("wifi", "guard_interval", "0.4us")).short_guard_interval);
  EXPECT_FALSE(wifi_of(with("wifi", "guard_interval", "800ns")).short_guard_interval);
  EXPECT_THROW(with("wifi", "guard_interval", "1600ns"), Error);
}

TEST(LinkFields, RateIsBothDirections) {
  const LinkSpec spec = with("fixed", "rate", "3Mbit/s");
  EXPECT_EQ(fixed_of(spec).up.bps, 3e6);
  EXPECT_EQ(fixed_of(spec).down.bps, 3e6);
  EXPECT_THROW(refuse_double_rate({"rate", "down"}, ""), Error);
  EXPECT_NO_THROW(refuse_double_rate({"up", "down"}, ""));
}

TEST(LinkFields, KeysAreUniqueWithinAKindAndTcp) {
  for (const char* kind : {"fixed", "wifi"}) {
    for (const LinkField& field : link_fields()) {
      EXPECT_FALSE(field.allowed.empty());
      if (field.group == "tcp") {
        EXPECT_EQ(find_link_field(kind, field.key), nullptr) << field.key;
      }
    }
  }
  EXPECT_EQ(find_link_field("wifi", "up"), nullptr);
}

TEST(LinkFields, HintsNameTheNearestKey) {
  EXPECT_EQ(known_keys_hint({"tcp"}, "initial_windw"),
            "did you mean initial_window? allowed: enabled, mss, initial_window, idle_reset, max_window");
  EXPECT_EQ(known_keys_hint({"tcp"}, "zzzzzzzz").substr(0, 8), "allowed:");
}

}  // namespace
}  // namespace cutlink::netsim
