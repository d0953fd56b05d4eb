#include "record/csv_reader.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cutlink::record {
namespace {

TEST(CsvReader, ReadsQuotesLineEndsAndEmptyCells) {
  const CsvReader csv("a,b\r\n\"x, \"\"y\"\"\nz\",\r\n2,0.5\r\n", "f.csv");
  ASSERT_EQ(csv.rows(), 2U);
  EXPECT_EQ(csv.text(0, "a"), "x, \"y\"\nz");
  EXPECT_FALSE(csv.maybe_real(0, "b").has_value());
  EXPECT_EQ(csv.count(1, "a"), 2U);
  EXPECT_EQ(csv.real(1, "b"), 0.5);
}

TEST(CsvReader, SaysWhereItIsBroken) {
  EXPECT_THROW(CsvReader("", "f.csv"), Error);
  EXPECT_THROW(CsvReader("a,b\n1\n", "f.csv"), Error);
  const CsvReader csv("a\nx\n", "f.csv");
  EXPECT_THROW(static_cast<void>(csv.real(0, "a")), Error);
  EXPECT_THROW(static_cast<void>(csv.text(0, "b")), Error);
}

}  // namespace
}  // namespace cutlink::record
