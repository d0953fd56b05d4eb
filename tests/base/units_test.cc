#include "base/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/error.h"
#include "base/rng.h"

namespace cutlink {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::uint64_t max_u64 = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t max_i64 = std::numeric_limits<std::int64_t>::max();

template <typename Parse>
std::string refusal(Parse parse, std::string_view text) {
  try {
    static_cast<void>(parse(text));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage) << text;
    return error.what();
  }
  ADD_FAILURE() << '"' << text << "\" was accepted";
  return {};
}

TEST(Units, ReadsBytes) {
  EXPECT_EQ(parse_bytes("512B").count, 512U);
  EXPECT_EQ(parse_bytes("7.4kB").count, 7400U);
  EXPECT_EQ(parse_bytes("7.4MB").count, 7400000U);
  EXPECT_EQ(parse_bytes("7.1MiB").count, 7444890U);  // 7444889.6
  EXPECT_EQ(parse_bytes("1GB").count, 1000000000U);
  EXPECT_EQ(parse_bytes("1GiB").count, 1U << 30);
  EXPECT_EQ(parse_bytes("1 KiB").count, 1024U);
  EXPECT_EQ(parse_bytes("0B").count, 0U);
  EXPECT_EQ(parse_bytes(".5kB").count, 500U);
  EXPECT_EQ(parse_bytes("18446744073709551615B").count, max_u64);
}

TEST(Units, ReadsRates) {
  EXPECT_EQ(parse_bit_rate("20Mbit/s").bps, 20e6);
  EXPECT_EQ(parse_bit_rate("1.5Gbit/s").bps, 1.5e9);
  EXPECT_EQ(parse_bit_rate("20MB/s").bps, 160e6);
  EXPECT_EQ(parse_bit_rate("64kbit/s").bps, 64e3);
  EXPECT_EQ(parse_bit_rate("0bit/s").bps, 0.0);
  EXPECT_EQ(parse_bit_rate("1.1Gbit/s").bps, 1.1e9);
}

TEST(Units, ReadsDurations) {
  EXPECT_EQ(parse_duration("100ns").count(), 100);
  EXPECT_EQ(parse_duration("7us").count(), 7000);
  EXPECT_EQ(parse_duration("12ms").count(), 12000000);
  EXPECT_EQ(parse_duration("1.5s").count(), 1500000000);
  EXPECT_EQ(parse_duration("2min").count(), 120000000000);
  EXPECT_EQ(parse_duration("1h").count(), 3600000000000);
  EXPECT_EQ(parse_duration("30d").count(), 30 * 24 * 3600000000000);
  EXPECT_EQ(parse_duration("9223372036854775807ns").count(), max_i64);
}

TEST(Units, RefusesABareNumberOrPrefixAndSaysWhatToWrite) {
  EXPECT_EQ(refusal(parse_bit_rate, "20M"), "rate \"20M\": unit missing (write 20Mbit/s or 20MB/s)");
  EXPECT_EQ(refusal(parse_bytes, "10M"), "size \"10M\": unit missing (write 10MB or 10MiB)");
  EXPECT_EQ(refusal(parse_bytes, "5K"), "size \"5K\": unit missing (write 5kB or 5KiB)");
  EXPECT_EQ(refusal(parse_bytes, "1.5G"), "size \"1.5G\": unit missing (write 1.5GB or 1.5GiB)");
  EXPECT_EQ(refusal(parse_bit_rate, "100"), "rate \"100\": unit missing (write 100Mbit/s or 100MB/s)");
  EXPECT_EQ(refusal(parse_duration, "12"), "duration \"12\": unit missing (write 12ms or 12s)");
}

TEST(Units, RefusesWhatIsNotAQuantity) {
  for (const char* text : {"", " ", "MB", "x", ".", "1..2MB", "1.2.3MB", "1e3MB", "inf", "nanB", "+1MB",
                           "0x10B", "1,5MB", "1  MB", "1MB ", " 1MB", "1mb", "1Mb", "1MBx"}) {
    EXPECT_THAT(refusal(parse_bytes, text), AllOf(HasSubstr(text), HasSubstr("(write "))) << text;
  }
  EXPECT_THAT(refusal(parse_bit_rate, "20Mbps"),
              HasSubstr("unknown unit \"Mbps\" (write 20Mbit/s or 20MB/s)"));
  EXPECT_THAT(refusal(parse_bit_rate, "20ms"), HasSubstr("unknown unit \"ms\""));
  EXPECT_THAT(refusal(parse_bytes, "-1MB"), HasSubstr("must not be negative"));
  EXPECT_THAT(refusal(parse_duration, "-1ms"), HasSubstr("must not be negative"));
}

TEST(Units, RefusesWhatDoesNotFit) {
  EXPECT_THAT(refusal(parse_bytes, "18446744073709551616B"), HasSubstr("too large"));
  EXPECT_THAT(refusal(parse_bytes, "99999999999TB"), HasSubstr("too large"));
  EXPECT_THAT(refusal(parse_duration, "9223372036854775808ns"), HasSubstr("too large"));
  EXPECT_THAT(refusal(parse_bit_rate, std::string(5000, '9') + "Gbit/s"), HasSubstr("too large"));
}

TEST(Units, WritesForPeople) {
  EXPECT_EQ(to_text(Bytes{226345678}), "226 MB");
  EXPECT_EQ(to_text(Bytes{0}), "0 B");
  EXPECT_EQ(to_text(Bytes{999}), "999 B");
  EXPECT_EQ(to_text(Bytes{1000}), "1 kB");
  EXPECT_EQ(to_text(Bytes{999499}), "999 kB");
  EXPECT_EQ(to_text(Bytes{999500}), "1 MB");  // not "1000 kB"
  EXPECT_EQ(to_text(Bytes{9994}), "9.99 kB");
  EXPECT_EQ(to_text(Bytes{9996}), "10 kB");
  EXPECT_EQ(to_text(BitRate{20e6}), "20 Mbit/s");
  EXPECT_EQ(to_text(BitRate{1234e9}), "1234 Gbit/s");
  EXPECT_EQ(to_text(Nanoseconds(12500000)), "12.5 ms");
  EXPECT_EQ(to_text(Nanoseconds(59960000000)), "1 min");
  EXPECT_EQ(to_text(Nanoseconds(59400000000)), "59.4 s");
  EXPECT_EQ(to_text(Nanoseconds(5400000000000)), "1.5 h");
  EXPECT_EQ(to_text(Nanoseconds(36 * 3600000000000)), "1.5 d");
  EXPECT_EQ(to_text(Nanoseconds(-7000)), "-7 us");
}

TEST(Units, ExactTextReadsBackEqual) {
  Rng rng({.seed = 3});
  for (int i = 0; i < 5000; ++i) {
    const unsigned shift = static_cast<unsigned>(rng.below(64));
    const Bytes bytes{rng.next_u64() >> shift};
    EXPECT_EQ(parse_bytes(to_exact(bytes)), bytes);
    const Nanoseconds duration(static_cast<std::int64_t>(rng.next_u64() >> 1 >> shift));
    EXPECT_EQ(parse_duration(to_exact(duration)), duration);
    const auto any = std::bit_cast<double>(rng.next_u64() >> 1);  // every magnitude there is
    if (std::isfinite(any) && any < 1e300) {
      EXPECT_EQ(parse_bit_rate(to_exact(BitRate{any})).bps, any);
    }
  }
  EXPECT_EQ(parse_bytes(to_exact(Bytes{max_u64})).count, max_u64);
  EXPECT_EQ(to_exact(parse_bit_rate("20Mbit/s")), "20000000bit/s");
}

// What people are shown can be typed in again.
TEST(Units, TextForPeopleIsLegalInput) {
  EXPECT_EQ(parse_bytes(to_text(Bytes{226000000})).count, 226000000U);
  EXPECT_EQ(parse_bit_rate(to_text(BitRate{1.5e6})).bps, 1.5e6);
  EXPECT_EQ(parse_duration(to_text(Nanoseconds(12500000))).count(), 12500000);
}

}  // namespace
}  // namespace cutlink
