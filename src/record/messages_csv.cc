#include "record/messages_csv.h"

#include <array>
#include <optional>

namespace cutlink::record {
namespace {

using Row = MessageRow;

std::uint64_t elements_of(const Row& row) { return row.rows * row.channels; }

// Empty where the frame carries no tensor.
std::optional<double> of_tensor(const Row& row, double value) {
  return elements_of(row) == 0 ? std::nullopt : std::optional(value);
}

// All counted bytes of the frame, over N before any row was escaped or pruned (src/DESIGN.md §1).
std::optional<double> bits_per_element(const Row& row) {
  return of_tensor(row, static_cast<double>(row.frame_bytes()) * 8.0 / static_cast<double>(elements_of(row)));
}

std::optional<double> measured_distortion(const Row& row) {
  return row.distortion < 0.0 ? std::nullopt : std::optional(row.distortion);
}

double number_or(const CsvCell& cell, double otherwise) {
  std::optional<double> number;
  cell.read(number);
  return number.value_or(otherwise);
}

template <auto member>
constexpr CsvColumn<Row> column(const char* name, bool later = false) {
  return plain_column<member, Row>(name, later);
}

constexpr auto columns = std::to_array<CsvColumn<Row>>({
    {"phase", [](const Row& r, CsvLine& line) { line.add(name_of(r.phase)); },
     [](Row& r, const CsvCell& cell) { cell.read(r.phase); }},
    column<&Row::step>("step"),
    column<&Row::micro_batch>("micro_batch"),
    {"crossing", [](const Row& r, CsvLine& line) { line.add(name_of(r.crossing)); },
     [](Row& r, const CsvCell& cell) { cell.read(r.crossing); }},
    derived_column<Row>("direction",
                        [](const Row& r, CsvLine& line) { line.add(name_of(direction_of(r.crossing))); }),
    column<&Row::codec>("codec"),
    column<&Row::rows>("rows"),
    column<&Row::channels>("channels"),
    derived_column<Row>("elements", [](const Row& r, CsvLine& line) { line.add(elements_of(r)); }),
    column<&Row::payload_bytes>("payload_bytes"),
    column<&Row::metadata_bytes>("metadata_bytes"),
    column<&Row::outlier_bytes>("outlier_bytes"),
    column<&Row::descriptor_bytes>("descriptor_bytes"),
    column<&Row::label_bytes>("label_bytes"),
    column<&Row::header_bytes>("header_bytes"),
    derived_column<Row>("frame_bytes", [](const Row& r, CsvLine& line) { line.add(r.frame_bytes()); }),
    column<&Row::modelled_bytes>("modelled_bytes"),
    derived_column<Row>("bits_per_element",
                        [](const Row& r, CsvLine& line) { line.add(bits_per_element(r)); }),
    {"mean_width_bits", [](const Row& r, CsvLine& line) { line.add(of_tensor(r, r.mean_width)); },
     [](Row& r, const CsvCell& cell) { r.mean_width = number_or(cell, 0.0); }},
    column<&Row::escaped_rows>("escaped_rows"),
    column<&Row::passthrough_channels>("passthrough_channels"),
    {"distortion", [](const Row& r, CsvLine& line) { line.add(measured_distortion(r)); },
     [](Row& r, const CsvCell& cell) { r.distortion = number_or(cell, -1.0); }},
    column<&Row::encode_ns>("encode_ns"),
    column<&Row::queue_ns>("queue_ns"),
    column<&Row::wire_ns>("wire_ns"),
    column<&Row::decode_ns>("decode_ns"),
    column<&Row::predicted_ns>("predicted_ns", true),
});

}  // namespace

template <>
std::span<const CsvColumn<MessageRow>> csv_columns<MessageRow>() {
  return columns;
}

}  // namespace cutlink::record
