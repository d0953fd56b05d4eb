#include "netsim/packet/rate_trace.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cutlink::netsim {
namespace {

constexpr Instant ms(std::int64_t count) { return std::chrono::milliseconds{count}; }

TraceRate rate_of(const char* text) { return TraceRate(parse_rate_trace(text, "t")); }

TEST(RateTrace, ReadsMahimahisFormat) {
  const RateTrace trace = parse_rate_trace("0\n1\n1\r\n5 \n\n10\n", "t");
  EXPECT_EQ(trace.opportunities_ms, (std::vector<std::uint64_t>{0, 1, 1, 5, 10}));
  EXPECT_DOUBLE_EQ(trace.mean_rate().bps, 5 * 12000.0 / 10e-3);
}

TEST(RateTrace, NamesFileLineAndFault) {
  const auto refusal = [](const char* text) -> std::string {
    try {
      static_cast<void>(parse_rate_trace(text, "a.trace"));
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), 2);
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal("1\n2.5\n"),
            "a.trace:2: \"2.5\" is not a time in whole ms (a mahimahi trace has one a line)");
  EXPECT_EQ(refusal("3\n2\n"), "a.trace:2: 2 ms comes after 3 ms: times must not fall");
  EXPECT_EQ(refusal(""), "a.trace: no time after 0 ms: a trace needs a length");
  EXPECT_EQ(refusal("0\n0\n"), "a.trace: no time after 0 ms: a trace needs a length");
  EXPECT_NE(refusal("-1\n"), "");
  EXPECT_NE(refusal("99999999999999999999\n"), "");
}

TEST(TraceRate, OneFullPacketAnOpportunity) {
  TraceRate rate = rate_of("2\n4\n10\n");
  EXPECT_EQ(rate.pass(ms(0), 1500), ms(2));
  EXPECT_EQ(rate.pass(ms(2), 1500), ms(4));
  EXPECT_EQ(rate.pass(ms(4), 1500), ms(10));
  EXPECT_EQ(rate.pass(ms(10), 1500), ms(12));  // again from the start, 10 ms later
}

TEST(TraceRate, WhatNobodyUsedIsLost) {
  TraceRate rate = rate_of("1\n2\n3\n10\n");
  EXPECT_EQ(rate.pass(Instant{2'500'000}, 1500), ms(3));
  EXPECT_EQ(rate.pass(Instant{3'000'001}, 1500), ms(10));
  EXPECT_EQ(rate.pass(ms(95), 1500), ms(100));
}

TEST(TraceRate, SmallPacketsShareAndLargeOnesTakeSeveral) {
  TraceRate rate = rate_of("5\n6\n7\n20\n");
  EXPECT_EQ(rate.pass(ms(0), 1000), ms(5));
  EXPECT_EQ(rate.pass(ms(5), 500), ms(5));
  EXPECT_EQ(rate.pass(ms(5), 1501), ms(7));
  EXPECT_EQ(rate.pass(ms(7), 1499), ms(7));
  EXPECT_EQ(rate.pass(ms(7), 52), ms(20));
  EXPECT_EQ(rate.pass(Instant{20'000'001}, 52), ms(25));  // the rest of 20 ms has gone by
}

TEST(TraceRate, SeveralOpportunitiesInOneMillisecond) {
  TraceRate rate = rate_of("3\n3\n3\n");
  EXPECT_EQ(rate.pass(ms(0), 4500), ms(3));
  EXPECT_EQ(rate.pass(ms(3), 1500), ms(6));
}

TEST(TraceRate, AFirstOpportunityAtZeroCoincidesWithTheLast) {
  TraceRate rate = rate_of("0\n4\n");
  EXPECT_EQ(rate.pass(ms(0), 1500), ms(0));
  EXPECT_EQ(rate.pass(ms(0), 1500), ms(4));
  EXPECT_EQ(rate.pass(ms(4), 1500), ms(4));  // the second round's
  EXPECT_EQ(rate.pass(ms(4), 1500), ms(8));
}

}  // namespace
}  // namespace cutlink::netsim
