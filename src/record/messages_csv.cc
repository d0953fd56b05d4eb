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

std::optional<double> distortion(const Row& row) {
  return row.distortion < 0.0 ? std::nullopt : std::optional(row.distortion);
}

constexpr auto columns = std::to_array<CsvColumn<Row>>({
    {"phase", [](const Row& r, CsvLine& line) { line.add(name_of(r.phase)); }},
    {"step", [](const Row& r, CsvLine& line) { line.add(r.step); }},
    {"micro_batch", [](const Row& r, CsvLine& line) { line.add(r.micro_batch); }},
    {"crossing", [](const Row& r, CsvLine& line) { line.add(name_of(r.crossing)); }},
    {"direction", [](const Row& r, CsvLine& line) { line.add(name_of(direction_of(r.crossing))); }},
    {"codec", [](const Row& r, CsvLine& line) { line.add(r.codec); }},
    {"rows", [](const Row& r, CsvLine& line) { line.add(r.rows); }},
    {"channels", [](const Row& r, CsvLine& line) { line.add(r.channels); }},
    {"elements", [](const Row& r, CsvLine& line) { line.add(elements_of(r)); }},
    {"payload_bytes", [](const Row& r, CsvLine& line) { line.add(r.payload_bytes); }},
    {"metadata_bytes", [](const Row& r, CsvLine& line) { line.add(r.metadata_bytes); }},
    {"outlier_bytes", [](const Row& r, CsvLine& line) { line.add(r.outlier_bytes); }},
    {"descriptor_bytes", [](const Row& r, CsvLine& line) { line.add(r.descriptor_bytes); }},
    {"label_bytes", [](const Row& r, CsvLine& line) { line.add(r.label_bytes); }},
    {"header_bytes", [](const Row& r, CsvLine& line) { line.add(r.header_bytes); }},
    {"frame_bytes", [](const Row& r, CsvLine& line) { line.add(r.frame_bytes()); }},
    {"modelled_bytes", [](const Row& r, CsvLine& line) { line.add(r.modelled_bytes); }},
    {"bits_per_element", [](const Row& r, CsvLine& line) { line.add(bits_per_element(r)); }},
    {"mean_width_bits", [](const Row& r, CsvLine& line) { line.add(of_tensor(r, r.mean_width)); }},
    {"escaped_rows", [](const Row& r, CsvLine& line) { line.add(r.escaped_rows); }},
    {"passthrough_channels", [](const Row& r, CsvLine& line) { line.add(r.passthrough_channels); }},
    {"distortion", [](const Row& r, CsvLine& line) { line.add(distortion(r)); }},
    {"encode_ns", [](const Row& r, CsvLine& line) { line.add(r.encode_ns); }},
    {"queue_ns", [](const Row& r, CsvLine& line) { line.add(r.queue_ns); }},
    {"wire_ns", [](const Row& r, CsvLine& line) { line.add(r.wire_ns); }},
    {"decode_ns", [](const Row& r, CsvLine& line) { line.add(r.decode_ns); }},
    {"predicted_ns", [](const Row& r, CsvLine& line) { line.add(r.predicted_ns); }},
});

}  // namespace

template <>
std::span<const CsvColumn<MessageRow>> csv_columns<MessageRow>() {
  return columns;
}

}  // namespace cutlink::record
