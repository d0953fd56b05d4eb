#include "record/csv_reader.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/regular_file.h"

namespace cutlink::record {

namespace {

constexpr std::size_t max_record = 1'000'000;  // bytes; ours have some hundred
constexpr std::size_t piece_bytes = 1U << 18;

}  // namespace

CsvParser::CsvParser(std::string file, OnRecord on_record)
    : file_(std::move(file)), on_record_(std::move(on_record)) {}

void CsvParser::end_record() {
  if (std::exchange(any_, false)) {
    end_cell();
    ++line_;
    columns_ = line_ == 1 ? ends_.size() : columns_;
    if (ends_.size() != columns_) {
      usage_error(fmt::format("{}:{}: {} cells, the header has {}", file_, line_, ends_.size(), columns_));
    }
    cells_.clear();
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
      cells_.push_back(std::string_view(text_).substr(begin, end - begin));
      begin = end;
    }
    on_record_(cells_, line_);
  }
  text_.clear();
  ends_.clear();
}

// Quotes may hold commas, line ends and doubled quotes.
void CsvParser::feed(std::string_view piece) {
  for (const char c : piece) {
    if (quoted_ && !quote_seen_) {
      c == '"' ? static_cast<void>(quote_seen_ = true) : text_.push_back(c);
    } else if (quoted_ && c == '"') {
      text_ += '"';
      quote_seen_ = false;
    } else {
      quoted_ = quote_seen_ = false;
      switch (c) {
        case '"':
          quoted_ = any_ = true;
          break;
        case ',':
          end_cell();
          any_ = true;
          break;
        case '\r':
          break;
        case '\n':
          end_record();
          break;
        default:
          text_ += c;
          any_ = true;
      }
    }
    if (text_.size() + ends_.size() > max_record) {
      usage_error(fmt::format("{}:{}: longer than {} bytes: not a CSV file of cutlink", file_, line_ + 1,
                              max_record));
    }
  }
}

void CsvParser::finish() {
  end_record();
  if (line_ == 0) {
    usage_error(file_ + ": empty: not a CSV file of cutlink");
  }
}

void read_csv(const std::filesystem::path& file, const CsvParser::OnRecord& on_record) {
  const FileDescriptor descriptor = open_regular(file);
  CsvParser parser(file.string(), on_record);
  for (std::string piece; !(piece = read_piece(descriptor, piece_bytes)).empty();) {
    parser.feed(piece);
  }
  parser.finish();
}

}  // namespace cutlink::record
