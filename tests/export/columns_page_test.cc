// COLUMNS.md and the writers name the same columns, in the same order, with the units that the names say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "base/file_io.h"
#include "export/messages_csv.h"
#include "export/steps_csv.h"
#include "export/widths_csv.h"

namespace cutlink::exporter {
namespace {

struct Described {
  std::string name;
  std::string unit;
  std::string meaning;
  std::string deterministic;
};

// The cells of a Markdown table's line, without their outer blanks.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream rest(line.substr(1));
  for (std::string cell; std::getline(rest, cell, '|');) {
    const std::size_t first = cell.find_first_not_of(' ');
    const std::size_t last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return cells;
}

// The table in the section of this file.
std::vector<Described> described(const std::string& file) {
  std::istringstream page(read_text_file(CUTLINK_SOURCE_DIR "/src/export/COLUMNS.md", 1U << 20));
  std::vector<Described> rows;
  bool here = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) {
      here = line == "## " + file;
    } else if (here && line.starts_with("| `")) {
      const std::vector<std::string> cells = cells_of(line);
      EXPECT_EQ(cells.size(), 4U) << line;
      rows.push_back({cells.at(0).substr(1, cells.at(0).size() - 2), cells.at(1), cells.at(2), cells.at(3)});
    }
  }
  return rows;
}

template <typename Row>
void expect_same(const std::string& file) {
  const std::vector<Described> page = described(file);
  std::vector<std::string> on_page;
  for (const Described& row : page) {
    on_page.push_back(row.name);
    EXPECT_FALSE(row.meaning.empty()) << row.name;
    EXPECT_THAT(row.deterministic, testing::AnyOf("yes", "profile", "no")) << row.name;
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
}  // namespace cutlink::exporter
