// A CSV file of one kind of row, written while a run goes on. A header line first, then one line a row.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/regular_file.h"
#include "record/append_file.h"
#include "record/csv_table.h"

namespace cutlink::record {

template <typename Row>
class CsvFile {
 public:
  // A new file with its header line. Failures, here and below, as AppendFile has them.
  [[nodiscard]] static CsvFile create(const std::filesystem::path& path) {
    CsvFile file(AppendFile::create(path));
    file.file_.append(header_line());
    file.flush();
    return file;
  }
  // Goes on after `offset` bytes, an earlier offset(). Refuses a file that has other columns.
  [[nodiscard]] static CsvFile open_at(const std::filesystem::path& path, std::uint64_t offset) {
    const std::string header = header_line();
    if (offset < header.size() || read_beginning(path, header.size()) != header) {
      run_error("cannot go on in " + path.string() +
                ": its columns are not those that this version writes (start the run anew)");
    }
    return CsvFile(AppendFile::open_at(path, offset));
  }

  void write(const Row& row) {
    CsvLine line;
    for (const CsvColumn<Row>& column : csv_columns<Row>()) {
      column.write(row, line);
    }
    file_.append(line.take());
  }
  void flush() { file_.flush(); }  // once a step
  void sync() { file_.sync(); }    // before a checkpoint
  [[nodiscard]] std::uint64_t offset() const { return file_.offset(); }

 private:
  explicit CsvFile(AppendFile file) : file_(std::move(file)) {}

  static std::string header_line() {
    CsvLine line;
    for (const CsvColumn<Row>& column : csv_columns<Row>()) {
      line.add(column.name);
    }
    return line.take();
  }

  AppendFile file_;
};

}  // namespace cutlink::record
