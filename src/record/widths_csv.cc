#include "record/widths_csv.h"

#include <array>

namespace cutlink::record {
namespace {

using Row = WidthRow;

constexpr auto columns = std::to_array<CsvColumn<Row>>({
    {"step", [](const Row& r, CsvLine& line) { line.add(r.step); }},
    {"crossing", [](const Row& r, CsvLine& line) { line.add(name_of(r.crossing)); }},
    {"channel", [](const Row& r, CsvLine& line) { line.add(r.channel); }},
    {"width_bits", [](const Row& r, CsvLine& line) { line.add(r.width); }},
});

}  // namespace

template <>
std::span<const CsvColumn<WidthRow>> csv_columns<WidthRow>() {
  return columns;
}

}  // namespace cutlink::record
