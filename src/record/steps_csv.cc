#include "record/steps_csv.h"

#include <array>

namespace cutlink::record {
namespace {

using Row = StepRow;

template <Work work>
void add_work(const Row& row, CsvLine& line) {
  line.add(row.work_ns[static_cast<std::size_t>(work)]);
}

template <std::uint64_t SocketBytes::*member>
void add_socket(const Row& row, CsvLine& line) {
  line.add(row.socket ? std::optional(static_cast<std::int64_t>((*row.socket).*member)) : std::nullopt);
}

constexpr auto columns = std::to_array<CsvColumn<Row>>({
    {"step", [](const Row& r, CsvLine& line) { line.add(r.step); }},
    {"hold", [](const Row& r, CsvLine& line) { line.add(r.hold); }},
    {"loss", [](const Row& r, CsvLine& line) { line.add(r.loss); }},
    {"label_tokens", [](const Row& r, CsvLine& line) { line.add(r.label_tokens); }},
    {"learning_rate", [](const Row& r, CsvLine& line) { line.add(r.learning_rate); }},
    {"client_gradient_norm", [](const Row& r, CsvLine& line) { line.add(r.client_gradient_norm); }},
    {"server_gradient_norm", [](const Row& r, CsvLine& line) { line.add(r.server_gradient_norm); }},
    {"up_bytes", [](const Row& r, CsvLine& line) { line.add(r.up_bytes); }},
    {"down_bytes", [](const Row& r, CsvLine& line) { line.add(r.down_bytes); }},
    {"modelled_bytes", [](const Row& r, CsvLine& line) { line.add(r.modelled_bytes); }},
    {"mean_width_up_bits", [](const Row& r, CsvLine& line) { line.add(r.mean_width_up); }},
    {"mean_width_down_bits", [](const Row& r, CsvLine& line) { line.add(r.mean_width_down); }},
    {"client_bottom_forward_ns", add_work<Work::client_bottom_forward>},
    {"server_forward_ns", add_work<Work::server_forward>},
    {"client_top_ns", add_work<Work::client_top>},
    {"server_backward_ns", add_work<Work::server_backward>},
    {"client_bottom_backward_ns", add_work<Work::client_bottom_backward>},
    {"codec_ns", [](const Row& r, CsvLine& line) { line.add(r.codec_ns); }},
    {"client_ns", [](const Row& r, CsvLine& line) { line.add(r.client_ns); }},
    {"server_ns", [](const Row& r, CsvLine& line) { line.add(r.server_ns); }},
    {"link_ns", [](const Row& r, CsvLine& line) { line.add(r.link_ns); }},
    {"total_ns", [](const Row& r, CsvLine& line) { line.add(r.total_ns); }},
    {"now_ns", [](const Row& r, CsvLine& line) { line.add(r.now_ns); }},
    {"eval_loss", [](const Row& r, CsvLine& line) { line.add(r.eval_loss); }},
    {"eval_loss_plain", [](const Row& r, CsvLine& line) { line.add(r.eval_loss_plain); }},
    {"socket_up_bytes", add_socket<&SocketBytes::up_bytes>},
    {"socket_down_bytes", add_socket<&SocketBytes::down_bytes>},
    {"repeated_bytes", add_socket<&SocketBytes::repeated_bytes>},
    {"retransmitted_bytes", add_socket<&SocketBytes::retransmitted_bytes>},
});

}  // namespace

template <>
std::span<const CsvColumn<StepRow>> csv_columns<StepRow>() {
  return columns;
}

}  // namespace cutlink::record
