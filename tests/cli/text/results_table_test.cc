// The exported table: a cell for every column, and nothing in place of what is not known.
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/text/results_text.h"

namespace cutlink::cli {
namespace {

using exporter::Table;
using exporter::TableValue;

compare::Comparison two_rows(std::size_t pairs) {
  compare::Comparison c;
  c.scenario.train.steps = 3;
  c.rows.resize(2);
  c.rows[0].name = "bf16";
  c.rows[0].reference = true;
  c.rows[1].name = "four";
  for (compare::RowFigures& row : c.rows) {
    row.seeds.assign(pairs, 1);
  }
  c.rows[1].difference = compare::loss_difference(std::vector<double>(pairs, 0.5));
  c.rows[1].speedup_sd = 0.25;
  return c;
}

TableValue cell(const Table& table, std::size_t row, const std::string& key) {
  const auto column = std::ranges::find_if(table.columns, [&](const auto& c) { return c.key() == key; });
  return table.rows.at(row).at(static_cast<std::size_t>(column - table.columns.begin()));
}

TEST(ResultsTable, EveryRowHasEveryColumn) {
  compare::Comparison c = two_rows(2);
  c.rows.emplace_back().name = "failed";
  const Table table = comparison_table(c);
  for (const auto& row : table.rows) {
    EXPECT_EQ(row.size(), table.columns.size());
  }
}

TEST(ResultsTable, HasTheDifferenceAndItsInterval) {
  const Table table = comparison_table(two_rows(2));
  EXPECT_EQ(cell(table, 1, "loss_difference"), TableValue(0.5));
  EXPECT_EQ(cell(table, 1, "loss_difference_low"), TableValue(0.5));
  EXPECT_EQ(cell(table, 1, "loss_difference_high"), TableValue(0.5));
  EXPECT_EQ(cell(table, 1, "speedup_sd"), TableValue(0.25));
  EXPECT_EQ(cell(table, 0, "loss_difference"), TableValue(std::monostate{}));
}

TEST(ResultsTable, OneSeedHasNoInterval) {
  const Table table = comparison_table(two_rows(1));
  EXPECT_EQ(cell(table, 1, "loss_difference"), TableValue(0.5));
  EXPECT_EQ(cell(table, 1, "loss_difference_low"), TableValue(std::monostate{}));
  EXPECT_EQ(cell(table, 1, "speedup_sd"), TableValue(std::monostate{}));
}

}  // namespace
}  // namespace cutlink::cli
