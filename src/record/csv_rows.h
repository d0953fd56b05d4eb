// The rows of a CSV file, read one after the other.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "record/csv_reader.h"
#include "record/csv_table.h"

namespace cutlink::record {

// Calls on_row for every row of the file. Columns are found by their names, once; columns that the table does
// not know are not looked at. Throws Error(usage) with file, line and column if the file is no regular one, a
// column is missing that was always there, or a cell is not of its type.
template <typename Row>
void read_rows(const std::filesystem::path& file, const std::function<void(const Row&)>& on_row) {
  using Column = CsvColumn<Row>;
  const std::string name = file.string();
  std::vector<const Column*> columns;  // of every cell; null: not read
  const auto resolve = [&](std::span<const std::string_view> header) {
    for (const std::string_view title : header) {
      const auto known = std::ranges::find(csv_columns<Row>(), title,
                                           [](const Column& c) { return std::string_view(c.name); });
      columns.push_back(known == csv_columns<Row>().end() || known->read == nullptr ? nullptr : &*known);
    }
    for (const Column& column : csv_columns<Row>()) {
      if (column.read != nullptr && !column.later && std::ranges::find(columns, &column) == columns.end()) {
        usage_error(name + ": column " + column.name + ": missing (written by another version of cutlink?)");
      }
    }
  };
  read_csv(file, [&](std::span<const std::string_view> cells, std::size_t line) {
    if (line == 1) {
      resolve(cells);
      return;
    }
    Row row;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (columns[i] != nullptr) {
        const CsvPlace place{name, line, columns[i]->name};
        columns[i]->read(row, CsvCell(cells[i], place));
      }
    }
    on_row(row);
  });
}

// All of them.
template <typename Row>
[[nodiscard]] std::vector<Row> all_rows(const std::filesystem::path& file) {
  std::vector<Row> rows;
  read_rows<Row>(file, [&](const Row& row) { rows.push_back(row); });
  return rows;
}

}  // namespace cutlink::record
