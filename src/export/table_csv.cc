#include "export/table_csv.h"

#include <cassert>

#include "record/csv_line.h"

namespace cutlink::exporter {
namespace {

struct AddField {
  record::CsvLine& line;
  void operator()(std::monostate) const { line.add(""); }
  void operator()(const std::string& text) const { line.add(text); }
  void operator()(std::int64_t number) const { line.add(number); }
  void operator()(double number) const { line.add(number); }
};

}  // namespace

std::string table_to_csv(const Table& table) {
  record::CsvLine line;
  for (const TableColumn& column : table.columns) {
    line.add(column.key());
  }
  std::string csv = line.take();
  for (const auto& row : table.rows) {
    assert(row.size() == table.columns.size());
    for (const TableValue& value : row) {
      std::visit(AddField{line}, value);
    }
    csv += line.take();
  }
  return csv;
}

}  // namespace cutlink::exporter
