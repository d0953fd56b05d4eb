// What src/record/COLUMNS.md says of the columns.
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "base/file_io.h"

namespace cutlink::record {

struct Described {
  std::string name;
  std::string unit;
  std::string meaning;
  std::string deterministic;
};

// The cells of a Markdown table's line, without their outer blanks.
inline std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream rest(line.substr(1));
  for (std::string cell; std::getline(rest, cell, '|');) {
    const std::size_t first = cell.find_first_not_of(' ');
    const std::size_t last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return cells;
}

// The table of src/record/COLUMNS.md in the section of this file.
inline std::vector<Described> described(const std::string& file) {
  std::istringstream page(read_text_file(CUTLINK_SOURCE_DIR "/src/record/COLUMNS.md", 1U << 20));
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

}  // namespace cutlink::record
