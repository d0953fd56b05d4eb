#include "record/csv_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace cutlink::record {

namespace {

// Cells of all lines; quotes may hold commas, line ends and doubled quotes.
std::vector<std::vector<std::string>> parse(std::string_view text) {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> cells;
  std::string cell;
  bool quoted = false;
  bool any = false;  // something stands on this line
  const auto end_line = [&] {
    if (any) {
      cells.push_back(std::move(cell));
      lines.push_back(std::move(cells));
    }
    cell.clear();
    cells.clear();
    any = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        cell += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell += '"';
        ++i;
      } else {
        quoted = false;
      }
      continue;
    }
    switch (c) {
      case '"':
        quoted = any = true;
        break;
      case ',':
        cells.push_back(std::move(cell));
        cell.clear();
        any = true;
        break;
      case '\r':
        break;
      case '\n':
        end_line();
        break;
      default:
        cell += c;
        any = true;
    }
  }
  end_line();
  return lines;
}

}  // namespace

CsvReader::CsvReader(std::string_view text, std::string file) : file_(std::move(file)) {
  std::vector<std::vector<std::string>> lines = parse(text);
  if (lines.empty()) {
    usage_error(file_ + ": empty: not a CSV file of cutlink");
  }
  header_ = std::move(lines.front());
  rows_.assign(std::make_move_iterator(lines.begin() + 1), std::make_move_iterator(lines.end()));
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].size() != header_.size()) {
      usage_error(
          fmt::format("{}:{}: {} cells, the header has {}", file_, i + 2, rows_[i].size(), header_.size()));
    }
  }
}

bool CsvReader::has(std::string_view column) const {
  return std::find(header_.begin(), header_.end(), column) != header_.end();
}

void CsvReader::fail(std::size_t row, std::string_view column, const char* why) const {
  usage_error(fmt::format("{}:{}: column {}: {}", file_, row + 2, column, why));
}

const std::string& CsvReader::text(std::size_t row, std::string_view column) const {
  const auto found = std::find(header_.begin(), header_.end(), column);
  if (found == header_.end()) {
    fail(row, column, "missing (written by another version of cutlink?)");
  }
  return rows_[row][static_cast<std::size_t>(found - header_.begin())];
}

namespace {

template <typename T>
bool read_number(const std::string& cell, T& value) {
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return error == std::errc() && end == cell.data() + cell.size();
}

}  // namespace

double CsvReader::real(std::size_t row, std::string_view column) const {
  double value = 0.0;
  if (!read_number(text(row, column), value)) {
    fail(row, column, "not a number");
  }
  return value;
}

std::uint64_t CsvReader::count(std::size_t row, std::string_view column) const {
  std::uint64_t value = 0;
  if (!read_number(text(row, column), value)) {
    fail(row, column, "not a count");
  }
  return value;
}

std::int64_t CsvReader::whole(std::size_t row, std::string_view column) const {
  std::int64_t value = 0;
  if (!read_number(text(row, column), value)) {
    fail(row, column, "not a whole number");
  }
  return value;
}

std::optional<double> CsvReader::maybe_real(std::size_t row, std::string_view column) const {
  return text(row, column).empty() ? std::nullopt : std::optional(real(row, column));
}

}  // namespace cutlink::record
