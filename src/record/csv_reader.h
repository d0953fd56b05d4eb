// RFC 4180 files as this program writes them, read back by column name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cutlink::record {

class CsvReader {
 public:
  // Throws Error(usage) with file and line where a row has another number of cells than the header.
  CsvReader(std::string_view text, std::string file);

  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  [[nodiscard]] bool has(std::string_view column) const;
  // Throw Error(usage) with file, line and column where there is no such column or the cell is not of the
  // type.
  [[nodiscard]] const std::string& text(std::size_t row, std::string_view column) const;
  [[nodiscard]] double real(std::size_t row, std::string_view column) const;
  [[nodiscard]] std::uint64_t count(std::size_t row, std::string_view column) const;
  [[nodiscard]] std::int64_t whole(std::size_t row, std::string_view column) const;
  [[nodiscard]] std::optional<double> maybe_real(std::size_t row, std::string_view column) const;

 private:
  [[noreturn]] void fail(std::size_t row, std::string_view column, const char* why) const;

  std::string file_;
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace cutlink::record
