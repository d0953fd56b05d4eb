#include "export/table_markdown.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

#include "record/csv_line.h"

namespace cutlink::exporter {
namespace {

// A pipe or a line break would end the cell.
std::string escaped(const std::string& text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') {
      cell += "\\|";
    } else {
      cell += c == '\n' || c == '\r' ? ' ' : c;
    }
  }
  return cell;
}

struct ToCell {
  const TableColumn& column;
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(const std::string& text) const { return escaped(text); }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const {
    if (column.decimals < 0 || !std::isfinite(number)) {
      return record::number_text(number);
    }
    std::array<char, 400> buffer{};  // the largest double has 309 digits before its point
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                      std::chars_format::fixed, std::min(column.decimals, 20));
    return {buffer.data(), result.ptr};
  }
};

// Characters, not bytes: UTF-8 continuation bytes take no room.
std::size_t width_of(const std::string& cell) {
  return static_cast<std::size_t>(
      std::ranges::count_if(cell, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(const std::string& cell, std::size_t width, bool right) {
  const std::string blanks(width - width_of(cell), ' ');
  return right ? blanks + cell : cell + blanks;
}

}  // namespace

std::string table_to_markdown(const Table& table) {
  std::vector<std::vector<std::string>> lines(1);
  for (const TableColumn& column : table.columns) {
    lines[0].push_back(escaped(column.unit.empty() ? column.name : column.name + " (" + column.unit + ")"));
  }
  for (const auto& row : table.rows) {
    assert(row.size() == table.columns.size());
    auto& line = lines.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      line.push_back(std::visit(ToCell{table.columns[i]}, row[i]));
    }
  }

  std::vector<std::size_t> widths(table.columns.size(), 3);  // "--:" is the narrowest rule
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(line[i]));
    }
  }

  std::string markdown;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      markdown += (i == 0 ? "| " : " | ") + padded(lines[n][i], widths[i], table.columns[i].number);
    }
    markdown += " |\n";
    if (n == 0) {
      for (std::size_t i = 0; i < widths.size(); ++i) {
        const std::string dashes(widths[i] - 1, '-');
        markdown += (i == 0 ? "| " : " | ") + (table.columns[i].number ? dashes + ":" : dashes + "-");
      }
      markdown += " |\n";
    }
  }
  return markdown;
}

}  // namespace cutlink::exporter
