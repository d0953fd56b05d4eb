// A small table with units, such as a comparison's; written by table_csv, table_json and table_markdown.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace cutlink::exporter {

struct TableColumn {
  std::string name = {};  // snake_case, without the unit: "up"
  std::string unit = {};  // base unit: "bytes", "ns", "bits"; empty where there is none
  int decimals = -1;      // shown to people (Markdown); −1: as many as it has. Files always have all
  bool number = false;    // aligned as numbers are

  // The name in files: "up_bytes".
  [[nodiscard]] std::string key() const { return unit.empty() ? name : name + "_" + unit; }
};

// Nothing, text, or a number.
using TableValue = std::variant<std::monostate, std::string, std::int64_t, double>;

struct Table {
  std::vector<TableColumn> columns;
  std::vector<std::vector<TableValue>> rows;  // each as long as columns
};

}  // namespace cutlink::exporter
