#include "record/steps_csv.h"

#include <array>

namespace cutlink::record {
namespace {

using Row = StepRow;

template <auto member>
constexpr CsvColumn<Row> column(const char* name) {
  return plain_column<member, Row>(name);
}

template <Work work>
constexpr CsvColumn<Row> work_column(const char* name) {
  constexpr auto index = static_cast<std::size_t>(work);
  return {name, [](const Row& row, CsvLine& line) { line.add(row.work_ns[index]); },
          [](Row& row, const CsvCell& cell) { cell.read(row.work_ns[index]); }};
}

// Empty in the simulated world.
template <std::uint64_t SocketBytes::*member>
constexpr CsvColumn<Row> socket_column(const char* name) {
  return {name,
          [](const Row& row, CsvLine& line) {
            line.add(row.socket ? std::optional((*row.socket).*member) : std::nullopt);
          },
          [](Row& row, const CsvCell& cell) {
            if (!cell.empty()) {
              row.socket = row.socket.value_or(SocketBytes());
              cell.read((*row.socket).*member);
            }
          },
          true};
}

constexpr auto columns = std::to_array<CsvColumn<Row>>({
    column<&Row::step>("step"),
    column<&Row::hold>("hold"),
    column<&Row::loss>("loss"),
    column<&Row::label_tokens>("label_tokens"),
    column<&Row::learning_rate>("learning_rate"),
    column<&Row::client_gradient_norm>("client_gradient_norm"),
    column<&Row::server_gradient_norm>("server_gradient_norm"),
    column<&Row::up_bytes>("up_bytes"),
    column<&Row::down_bytes>("down_bytes"),
    column<&Row::modelled_bytes>("modelled_bytes"),
    column<&Row::mean_width_up>("mean_width_up_bits"),
    column<&Row::mean_width_down>("mean_width_down_bits"),
    work_column<Work::client_bottom_forward>("client_bottom_forward_ns"),
    work_column<Work::server_forward>("server_forward_ns"),
    work_column<Work::client_top>("client_top_ns"),
    work_column<Work::server_backward>("server_backward_ns"),
    work_column<Work::client_bottom_backward>("client_bottom_backward_ns"),
    column<&Row::codec_ns>("codec_ns"),
    column<&Row::client_ns>("client_ns"),
    column<&Row::server_ns>("server_ns"),
    column<&Row::link_ns>("link_ns"),
    column<&Row::total_ns>("total_ns"),
    column<&Row::now_ns>("now_ns"),
    column<&Row::eval_loss>("eval_loss"),
    column<&Row::eval_loss_plain>("eval_loss_plain"),
    socket_column<&SocketBytes::up_bytes>("socket_up_bytes"),
    socket_column<&SocketBytes::down_bytes>("socket_down_bytes"),
    socket_column<&SocketBytes::repeated_bytes>("repeated_bytes"),
    socket_column<&SocketBytes::retransmitted_bytes>("retransmitted_bytes"),
});

}  // namespace

template <>
std::span<const CsvColumn<StepRow>> csv_columns<StepRow>() {
  return columns;
}

}  // namespace cutlink::record
