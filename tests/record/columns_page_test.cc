// COLUMNS.md and the writers name the same columns, in the same order, with the units that the names say.
#include "record/columns_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "record/messages_csv.h"
#include "record/steps_csv.h"
#include "record/widths_csv.h"

namespace cutlink::record {
namespace {

template <typename Row>
void expect_same(const std::string& file) {
  const std::vector<Described> page = described(file);
  std::vector<std::string> on_page;
  for (const Described& row : page) {
    on_page.push_back(row.name);
    EXPECT_FALSE(row.meaning.empty()) << row.name;
    EXPECT_THAT(row.deterministic, testing::AnyOf("yes", "profile", "simulated", "no")) << row.name;
    for (const std::string unit : {"bytes", "ns", "bits"}) {
      EXPECT_EQ(row.name.ends_with("_" + unit), row.unit == unit) << file << ": " << row.name;
    }
    if (row.unit == "ns") {
      EXPECT_EQ(row.deterministic, "profile") << row.name;
    }
  }
  std::vector<std::string> written;
  for (const CsvColumn<Row>& column : csv_columns<Row>()) {
    written.emplace_back(column.name);
  }
  EXPECT_EQ(on_page, written) << file;
}

TEST(ColumnsPage, DescribesSteps) { expect_same<StepRow>("steps.csv"); }
TEST(ColumnsPage, DescribesMessages) { expect_same<MessageRow>("messages.csv"); }
TEST(ColumnsPage, DescribesWidths) { expect_same<WidthRow>("widths.csv"); }

}  // namespace
}  // namespace cutlink::record
