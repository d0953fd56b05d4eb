#include "record/csv_cell.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "base/text/one_line.h"

namespace cutlink::record {

namespace {

constexpr std::size_t max_shown = 40;  // bytes of a cell in a message

// The one of `all` that the cell names.
template <typename Word, std::size_t count>
Word word_of(const CsvCell& cell, const std::array<Word, count>& all) {
  for (const Word word : all) {
    if (cell.text() == name_of(word)) {
      return word;
    }
  }
  cell.fail(fmt::format("\"{}\" is not known", on_one_line(cell.text().substr(0, max_shown))));
}

}  // namespace

void CsvCell::fail(const std::string& why) const {
  usage_error(fmt::format("{}:{}: column {}: {}", place_.file, place_.line, place_.column, why));
}

void CsvCell::read(bool& value) const {
  if (text_ != "0" && text_ != "1") {
    fail("neither 0 nor 1");
  }
  value = text_ == "1";
}

void CsvCell::read(Phase& value) const { value = word_of(*this, std::array{Phase::train, Phase::eval}); }

void CsvCell::read(Crossing& value) const { value = word_of(*this, all_crossings); }

}  // namespace cutlink::record
