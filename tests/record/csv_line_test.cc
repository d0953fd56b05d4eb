#include "record/csv_line.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <limits>
#include <locale>

#include "base/rng.h"

namespace cutlink::record {
namespace {

template <typename... Fields>
std::string line_of(const Fields&... fields) {
  CsvLine line;
  (line.add(fields), ...);
  return line.take();
}

TEST(CsvLine, QuotesAsRfc4180) {
  EXPECT_EQ(line_of("plain", "a,b", "say \"hi\"", "two\r\nlines", "", " blank "),
            "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\",,\" blank \"\r\n");
}

TEST(CsvLine, KeepsEmptyFieldsAtEitherEnd) {
  EXPECT_EQ(line_of("", "x", ""), ",x,\r\n");
  EXPECT_EQ(line_of(std::optional<double>(), std::optional<double>(2.5)), ",2.5\r\n");
}

TEST(CsvLine, PrintsIntegersOfEverySize) {
  EXPECT_EQ(
      line_of(std::uint8_t{200}, std::int64_t{-7}, std::numeric_limits<std::uint64_t>::max(), true, false),
      "200,-7,18446744073709551615,1,0\r\n");
}

TEST(CsvLine, StartsAnewAfterTake) {
  CsvLine line;
  line.add(1);
  static_cast<void>(line.take());
  line.add(2);
  EXPECT_EQ(line.take(), "2\r\n");
}

TEST(NumberText, IsShort) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(0.0), "0");
  EXPECT_EQ(number_text(-3.0), "-3");
  EXPECT_EQ(number_text(1e-4), "1e-04");
  EXPECT_EQ(number_text(1.0 / 3.0), "0.3333333333333333");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(NumberText, ReadsBackExactly) {
  Rng rng({.seed = 1});
  for (int i = 0; i < 20000; ++i) {
    const auto value = std::bit_cast<double>(rng.next_u64());
    if (value == value) {
      EXPECT_EQ(std::strtod(number_text(value).c_str(), nullptr), value);
    }
  }
  for (const double value : {std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::max(),
                             std::numeric_limits<double>::lowest(), -0.0}) {
    EXPECT_EQ(std::strtod(number_text(value).c_str(), nullptr), value);
  }
}

struct CommaPoint : std::numpunct<char> {
  [[nodiscard]] char do_decimal_point() const override { return ','; }
  [[nodiscard]] char do_thousands_sep() const override { return '.'; }
  [[nodiscard]] std::string do_grouping() const override { return "\3"; }
};

TEST(NumberText, DoesNotKnowTheLocale) {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new CommaPoint));
  EXPECT_EQ(number_text(1234567.5), "1234567.5");
  EXPECT_EQ(line_of(1234567), "1234567\r\n");
  std::locale::global(before);
}

}  // namespace
}  // namespace cutlink::record
