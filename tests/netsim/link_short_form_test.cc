#include "netsim/link_short_form.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cutlink::netsim {
namespace {

std::string error_of(const char* text) {
  try {
    (void)parse_link_short_form(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

TEST(LinkShortForm, IsToldFromNamesAndPaths) {
  EXPECT_TRUE(is_short_form("fixed:rate=1Mbit/s"));
  EXPECT_TRUE(is_short_form("wifi:"));
  EXPECT_TRUE(is_short_form("lte:"));
  EXPECT_FALSE(is_short_form("wifi5-typical"));
  EXPECT_FALSE(is_short_form("a/b:c.toml"));
}

TEST(LinkShortForm, FixedLinks) {
  const LinkSpec spec = parse_link_short_form(
      "fixed:up=20Mbit/s,down=100Mbit/s,delay=10ms,jitter=1ms,queue=1MB,duplex=half,tcp=off");
  EXPECT_EQ(spec.name,
            "fixed:up=20Mbit/s,down=100Mbit/s,delay=10ms,jitter=1ms,queue=1MB,duplex=half,tcp=off");
  EXPECT_EQ(spec.fixed.up.bps, 20e6);
  EXPECT_EQ(spec.fixed.down.bps, 100e6);
  EXPECT_EQ(spec.fixed.duplex, Duplex::half);
  EXPECT_EQ(spec.fixed.queue.count, 1'000'000U);
  EXPECT_FALSE(spec.tcp.enabled);
}

TEST(LinkShortForm, WifiLinksHaveDefaults) {
  const LinkSpec spec = parse_link_short_form("wifi:standard=802.11ax,mcs=11,mss=1200,idle_reset=off");
  EXPECT_EQ(spec.wifi.standard, "802.11ax");
  EXPECT_EQ(spec.wifi.width_mhz, 80U);
  EXPECT_EQ(spec.wifi.mcs, 11U);
  EXPECT_EQ(spec.tcp.mss, 1200U);
  EXPECT_FALSE(spec.tcp.idle_reset);
  EXPECT_EQ(parse_link_short_form("wifi:").wifi.mcs, 4U);
}

TEST(LinkShortForm, ErrorsQuoteTheTextAndNameTheKey) {
  const auto expect = [](const char* text, const std::string& part) {
    const std::string error = error_of(text);
    EXPECT_EQ(error.substr(0, 6), "link \"") << error;
    EXPECT_NE(error.find(part), std::string::npos) << error;
  };
  expect("lte:rate=1Mbit/s", "unknown kind \"lte\"");
  expect("fixed:rate", "\"rate\" is not key=value");
  expect("fixed:rate=1Mbit/s,,delay=1ms", "\"\" is not key=value");
  expect("fixed:rate=20M", "rate: rate \"20M\": unit missing");
  expect("fixed:rate=1Mbit/s,dealy=1ms", "dealy: unknown key; did you mean delay?");
  expect("fixed:rate=1Mbit/s,rate=2Mbit/s", "rate: given twice");
  expect("fixed:rate=1Mbit/s,up=2Mbit/s", "rate is up and down at once");
  expect("fixed:", "up: missing");
  expect("wifi:standard=802.11n,width=80", "width: 802.11n has no channels of 80 MHz");
  expect("wifi:contenders=9", "contenders: 9");
}

}  // namespace
}  // namespace cutlink::netsim
