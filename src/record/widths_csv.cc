#include "record/widths_csv.h"

#include <array>

namespace cutlink::record {
namespace {

using Row = WidthRow;

constexpr auto columns = std::to_array<CsvColumn<Row>>({
    plain_column<&Row::step, Row>("step"),
    {"crossing", [](const Row& r, CsvLine& line) { line.add(name_of(r.crossing)); },
     [](Row& r, const CsvCell& cell) { cell.read(r.crossing); }},
    plain_column<&Row::channel, Row>("channel"),
    plain_column<&Row::width, Row>("width_bits"),
});

}  // namespace

template <>
std::span<const CsvColumn<WidthRow>> csv_columns<WidthRow>() {
  return columns;
}

}  // namespace cutlink::record
