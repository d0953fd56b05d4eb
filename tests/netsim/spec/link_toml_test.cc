#include "netsim/spec/link_toml.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "netsim/bottleneck_of.h"
#include "netsim/spec/link_kind.h"

namespace cutlink::netsim {
namespace {

std::string error_of(const std::string& text) {
  try {
    (void)parse_link_toml(text, "my.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

void expect_error(const std::string& text, const std::string& start, const std::string& part) {
  const std::string error = error_of(text);
  EXPECT_EQ(error.substr(0, start.size()), start);
  EXPECT_NE(error.find(part), std::string::npos) << error;
  EXPECT_EQ(error.find('\n'), std::string::npos) << error;
}

TEST(LinkToml, ReadsEveryKeyOfAFixedLink) {
  const LinkSpec spec = parse_link_toml(R"(
kind = "fixed"
description = "mine"
up = "20Mbit/s"
down = "100Mbit/s"
delay = "10ms"
jitter = "2ms"
queue = "100kB"
duplex = "half"
[tcp]
enabled = true
mss = 1400
initial_window = 4
idle_reset = false
max_window = "3MB"
[sources]
up = "contract"
mss = "tunnel"
)",
                                        "my.toml");
  EXPECT_EQ(kind_of(spec), "fixed");
  EXPECT_EQ(spec.description, "mine");
  EXPECT_EQ(fixed_of(spec).up.bps, 20e6);
  EXPECT_EQ(fixed_of(spec).down.bps, 100e6);
  EXPECT_EQ(spec.delay, std::chrono::milliseconds{10});
  EXPECT_EQ(spec.jitter, std::chrono::milliseconds{2});
  EXPECT_EQ(fixed_of(spec).queue.count, 100'000U);
  EXPECT_EQ(fixed_of(spec).duplex, Duplex::half);
  EXPECT_EQ(spec.tcp.mss, 1400U);
  EXPECT_EQ(spec.tcp.initial_window, 4U);
  EXPECT_FALSE(spec.tcp.idle_reset);
  EXPECT_EQ(spec.tcp.max_window.count, 3'000'000U);
  ASSERT_EQ(spec.sources.size(), 2U);
  EXPECT_EQ(spec.sources[0].key, "mss");
  EXPECT_EQ(spec.sources[0].text, "tunnel");
}

TEST(LinkToml, ReadsEveryKeyOfAWifiLink) {
  const LinkSpec spec = parse_link_toml(R"(kind = "wifi"
standard = "802.11n"
width = "40MHz"
mcs = 7
streams = 2
guard_interval = "400ns"
rts = true
max_ampdu = "32kB"
contenders = 1
delay = "3ms"
jitter = "1ms"
[tcp]
enabled = false)",
                                        "my.toml");
  EXPECT_EQ(wifi_of(spec).standard, "802.11n");
  EXPECT_EQ(wifi_of(spec).width_mhz, 40U);
  EXPECT_EQ(wifi_of(spec).mcs, 7U);
  EXPECT_EQ(wifi_of(spec).streams, 2U);
  EXPECT_TRUE(wifi_of(spec).short_guard_interval);
  EXPECT_TRUE(wifi_of(spec).rts_cts);
  EXPECT_EQ(wifi_of(spec).max_ampdu.count, 32'000U);
  EXPECT_EQ(wifi_of(spec).contenders, 1U);
  EXPECT_EQ(spec.delay, std::chrono::milliseconds{3});
  EXPECT_EQ(spec.jitter, std::chrono::milliseconds{1});
  EXPECT_FALSE(spec.tcp.enabled);
}

TEST(LinkToml, SyntaxErrorsHaveALine) { expect_error("kind = \"wifi\"\nmcs = = 4\n", "my.toml:2: ", ""); }

// Each dot is a table in a table: thirty thousand of them, which 64 KiB hold, overflowed the stack when
// destroyed.
TEST(LinkToml, NestingByDotsIsBounded) {
  std::string key = "a";
  for (int i = 0; i < 31'000; ++i) {
    key += ".a";
  }
  expect_error("kind = \"fixed\"\n" + key + " = 1\n", "my.toml:2: ", "more than 1000 dots");
}

TEST(LinkToml, KindIsRequiredAndKnown) {
  expect_error("mcs = 4\n", "my.toml: kind: missing", "kind = \"wifi\"");
  expect_error("kind = \"lte\"\n", "my.toml:1: kind: ", "\"fixed\" or \"wifi\"");
  expect_error("kind = 3\n", "my.toml:1: kind: ", "\"fixed\" or \"wifi\"");
}

TEST(LinkToml, UnknownKeysAreNamedWithWhatIsAllowed) {
  expect_error("kind = \"wifi\"\nwidht = 80\n", "my.toml:2: widht: unknown key; did you mean width?",
               "contenders");
  expect_error("kind = \"wifi\"\nup = \"1Mbit/s\"\n", "my.toml:2: up: unknown key", "standard, width");
  expect_error("kind = \"fixed\"\nrate = \"1Mbit/s\"\n[tcp]\nmms = 1400\n",
               "my.toml:4: mms: unknown key; did you mean mss?", "in [tcp]");
  expect_error("kind = \"fixed\"\nrate = \"1Mbit/s\"\n[sources]\nrtt = \"x\"\n",
               "my.toml:4: rtt: a source of an unknown key", "delay");
}

TEST(LinkToml, ValuesNeedTheirUnitsAndTypes) {
  expect_error("kind = \"fixed\"\nrate = \"20M\"\n", "my.toml:2: rate: rate \"20M\": unit missing",
               "20Mbit/s");
  expect_error("kind = \"fixed\"\nrate = 20\n", "my.toml:2: rate: ", "unit missing");
  expect_error("kind = \"fixed\"\nrate = 20.5\n", "my.toml:2: rate: ", "allowed: both directions");
  expect_error("kind = \"fixed\"\nrate = \"1Mbit/s\"\ndelay = \"-3ms\"\n", "my.toml:3: delay: ", "negative");
  expect_error("kind = \"fixed\"\nrate = \"1Mbit/s\"\nduplex = \"both\"\n",
               "my.toml:3: duplex: ", "half nor full");
  expect_error("kind = \"wifi\"\nmcs = \"four\"\n", "my.toml:2: mcs: ", "whole number");
  expect_error("kind = \"wifi\"\nmcs = -1\n", "my.toml:2: mcs: ", "whole number");
  expect_error("kind = \"wifi\"\nrts = \"maybe\"\n", "my.toml:2: rts: ", "true");
  expect_error("kind = \"wifi\"\ndescription = 4\n", "my.toml:2: description: ", "in quotes");
  expect_error("kind = \"wifi\"\ntcp = false\n", "my.toml:2: tcp: ", "[tcp]");
}

TEST(LinkToml, WhatCannotBeIsFoundWithItsLine) {
  expect_error("kind = \"wifi\"\nstandard = \"802.11n\"\nwidth = \"80MHz\"\n",
               "my.toml:3: width: ", "20 or 40");
  expect_error("kind = \"wifi\"\nwidth = \"20MHz\"\nmcs = 9\n", "my.toml:3: mcs: ", "take MCS 8");
  expect_error("kind = \"wifi\"\nstandard = \"802.11n\"\n",
               "my.toml: width: ", "20 or 40");  // the default of 80
  expect_error("kind = \"wifi\"\ncontenders = 5\n", "my.toml:2: contenders: 5: ", "ns-3");
  expect_error("kind = \"fixed\"\nup = \"1Mbit/s\"\n", "my.toml: down: missing", "rate");
  expect_error("kind = \"fixed\"\nrate = \"0Mbit/s\"\n", "my.toml:2: up: ", "zero");
  expect_error("kind = \"fixed\"\nrate = \"1Mbit/s\"\nup = \"2Mbit/s\"\n",
               "my.toml:2: rate: rate is up and down", "");
}

}  // namespace
}  // namespace cutlink::netsim
