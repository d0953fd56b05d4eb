#include "netsim/spec/link_short_form.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/file_io.h"
#include "netsim/bottleneck_of.h"
#include "netsim/spec/link_fields.h"

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
  EXPECT_EQ(fixed_of(spec).up.bps, 20e6);
  EXPECT_EQ(fixed_of(spec).down.bps, 100e6);
  EXPECT_EQ(fixed_of(spec).duplex, Duplex::half);
  EXPECT_EQ(fixed_of(spec).queue.count, 1'000'000U);
  EXPECT_FALSE(spec.tcp.enabled);
}

TEST(LinkShortForm, WifiLinksHaveDefaults) {
  const LinkSpec spec = parse_link_short_form("wifi:standard=802.11ax,mcs=11,mss=1200,idle_reset=off");
  EXPECT_EQ(wifi_of(spec).standard, "802.11ax");
  EXPECT_EQ(wifi_of(spec).width_mhz, 80U);
  EXPECT_EQ(wifi_of(spec).mcs, 11U);
  EXPECT_EQ(spec.tcp.mss, 1200U);
  EXPECT_FALSE(spec.tcp.idle_reset);
  EXPECT_EQ(wifi_of(parse_link_short_form("wifi:width=80")).mcs, 4U);
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
  expect("fixed:rate=1Mbit/s,", "\"\" is not key=value (write fixed:up=20Mbit/s,down=100Mbit/s,delay=10ms)");
  expect("wifi:mcs=", "\"mcs=\" is not key=value (write wifi:standard=802.11ac,width=80MHz,mcs=7)");
  expect("fixed:down=1Mbit/s", "up: missing");
  expect("wifi:standard=802.11n,width=80", "width: 802.11n has no channels of 80 MHz");
  expect("wifi:contenders=9", "contenders: 9");
}

TEST(LinkShortForm, AWrongKeyIsAnsweredWithAllThatAre) {
  const std::string of_fixed = error_of("fixed:bandwidth=20Mbit/s");
  const std::string of_wifi = error_of("wifi:rate=20Mbit/s");
  for (const LinkField& field : link_fields()) {
    for (const auto& [group, error] : {std::pair{"fixed", of_fixed}, {"wifi", of_wifi}}) {
      if (field.group == group || field.group == "tcp") {
        EXPECT_NE(error.find(field.key), std::string::npos) << group << ' ' << field.key;
      }
    }
  }
  EXPECT_NE(of_fixed.find("allowed: rate, up, down,"), std::string::npos) << of_fixed;
  EXPECT_EQ(of_fixed.find("mcs"), std::string::npos) << of_fixed;
}

TEST(LinkShortForm, ALinkWithoutKeysIsRefused) {
  for (const char* text : {"fixed:", "wifi:"}) {
    const std::string error = error_of(text);
    EXPECT_NE(error.find("no keys (write " + std::string(text)), std::string::npos) << error;
    EXPECT_NE(error.find("allowed: "), std::string::npos) << error;
  }
}

// Each example of a message is a link.
TEST(LinkShortForm, WhatMessagesSayToWriteCanBeWritten) {
  for (const char* text : {"fixed:", "wifi:"}) {
    const std::string error = error_of(text);
    const std::size_t begin = error.find("write ") + 6;
    EXPECT_NO_THROW((void)parse_link_short_form(error.substr(begin, error.find(')') - begin))) << error;
  }
}

TEST(LinkShortForm, TheReadmeListsEveryKeyOfItsKind) {
  const std::string readme =
      read_text_file(std::filesystem::path(CUTLINK_SOURCE_DIR) / "netsim" / "README.md", 1U << 20);
  const auto row_of = [&](const std::string& kind) {
    const std::size_t begin = readme.find("\n| " + kind + " | ");
    return readme.substr(begin, readme.find('\n', begin + 1) - begin);
  };
  for (const LinkField& field : link_fields()) {
    const std::string row = row_of(field.group == "tcp" ? "both" : "`" + field.group + "`");
    EXPECT_NE(row.find("`" + field.key + "`"), std::string::npos) << field.group << ' ' << field.key;
  }
}

}  // namespace
}  // namespace cutlink::netsim
