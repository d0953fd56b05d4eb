// RFC 4180 files, read record by record: a file of any length takes the memory of its longest record.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cutlink::record {

// Takes a file's text in pieces of any size and hands over one record after the other.
class CsvParser {
 public:
  // cells: valid during the call. line: 1 for the header, as if no cell held a line end.
  using OnRecord = std::function<void(std::span<const std::string_view> cells, std::size_t line)>;

  // file: named in messages.
  CsvParser(std::string file, OnRecord on_record);

  // Both throw Error(usage) with file and line if a record has another number of cells than the first one or
  // is longer than a million bytes; finish() also if there was none at all.
  void feed(std::string_view piece);
  void finish();  // after the last piece

 private:
  void end_cell() { ends_.push_back(text_.size()); }
  void end_record();

  std::string file_;
  OnRecord on_record_;
  std::string text_;               // of the cells of the record at hand, one after the other
  std::vector<std::size_t> ends_;  // of every cell, in text_
  std::vector<std::string_view> cells_;
  std::size_t line_ = 0;
  std::size_t columns_ = 0;
  bool quoted_ = false;
  bool quote_seen_ = false;  // within quotes: the first of two quotes, or the closing one
  bool any_ = false;         // something stands on this line
};

// Reads a regular file through a CsvParser.
void read_csv(const std::filesystem::path& file, const CsvParser::OnRecord& on_record);

}  // namespace cutlink::record
