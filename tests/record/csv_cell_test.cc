#include "record/csv_cell.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error_of.h"

namespace cutlink::record {
namespace {

const std::string file = "f.csv";
const CsvPlace place = {file, 3, "x"};

template <typename T>
T read(std::string_view text) {
  T value{};
  CsvCell(text, place).read(value);
  return value;
}
template <typename T>
std::string refusal(std::string_view text) {
  return error_of(ErrorKind::usage, [&] { static_cast<void>(read<T>(text)); });
}

TEST(CsvCell, ReadsWhatAMemberHolds) {
  EXPECT_EQ(read<double>("0.5"), 0.5);
  EXPECT_TRUE(std::isnan(read<double>("nan")));
  EXPECT_EQ(read<std::uint8_t>("255"), 255);
  EXPECT_EQ(read<std::int64_t>("-7"), -7);
  EXPECT_TRUE(read<bool>("1"));
  EXPECT_EQ(read<std::string>("a, b"), "a, b");
  EXPECT_EQ(read<Phase>("eval"), Phase::eval);
  EXPECT_EQ(read<Crossing>("grad_down"), Crossing::grad_down);
  EXPECT_EQ(read<std::optional<double>>(""), std::nullopt);
  EXPECT_EQ(read<std::optional<std::int64_t>>("4"), 4);
}

TEST(CsvCell, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(refusal<double>("fast"), "f.csv:3: column x: not a number");
  EXPECT_EQ(refusal<double>("1.5x"), "f.csv:3: column x: not a number");
  EXPECT_EQ(refusal<std::uint32_t>("-1"), "f.csv:3: column x: not a count");
  EXPECT_EQ(refusal<std::uint8_t>("256"), "f.csv:3: column x: not a count");
  EXPECT_EQ(refusal<std::int64_t>(""), "f.csv:3: column x: not a whole number");
  EXPECT_EQ(refusal<bool>("2"), "f.csv:3: column x: neither 0 nor 1");
  EXPECT_EQ(refusal<Phase>("test"), "f.csv:3: column x: \"test\" is not known");
  EXPECT_EQ(refusal<Crossing>("act\nleft"), "f.csv:3: column x: \"act\\nleft\" is not known");
}

}  // namespace
}  // namespace cutlink::record
