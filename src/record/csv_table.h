// What a CSV file of one kind of row holds: its columns, each in both directions. The writer (csv_file.h) and
// the reader (csv_rows.h) go through the same table, so that they cannot disagree.
#pragma once

#include <span>

#include "record/csv_cell.h"
#include "record/csv_line.h"

namespace cutlink::record {

template <typename Row>
struct CsvColumn {
  const char* name;
  void (*write)(const Row& row, CsvLine& line);
  // Puts the cell into the row; null: the column follows from others and is not read.
  void (*read)(Row& row, const CsvCell& cell);
  bool later = false;  // files of this schema did not always have it: the row keeps its default then
};

// The columns of a file of these rows, in their order; every kind of row has a specialisation.
template <typename Row>
[[nodiscard]] std::span<const CsvColumn<Row>> csv_columns();

// A column that holds a member as it is.
template <auto member, typename Row>
[[nodiscard]] constexpr CsvColumn<Row> plain_column(const char* name, bool later = false) {
  return {name, [](const Row& row, CsvLine& line) { line.add(row.*member); },
          [](Row& row, const CsvCell& cell) { cell.read(row.*member); }, later};
}

// A column that is there for people: it follows from others.
template <typename Row>
[[nodiscard]] constexpr CsvColumn<Row> derived_column(const char* name,
                                                      void (*write)(const Row& row, CsvLine& line)) {
  return {name, write, nullptr};
}

}  // namespace cutlink::record
