// Plain records that lower folders hand to higher ones: who sends, what was sent, what it took.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cutlink {

enum class Half : std::uint8_t { client = 0, server = 1 };
enum class Phase : std::uint8_t { train = 0, eval = 1, generate = 2 };
enum class Direction : std::uint8_t { up = 0, down = 1 };  // up: client to server

// One tensor passing a cut once, in the order of a U-shaped step.
enum class Crossing : std::uint8_t { act_up = 0, act_down = 1, grad_up = 2, grad_down = 3 };
inline constexpr std::array<Crossing, 4> all_crossings = {Crossing::act_up, Crossing::act_down,
                                                          Crossing::grad_up, Crossing::grad_down};

[[nodiscard]] constexpr const char* name_of(Half half) { return half == Half::client ? "client" : "server"; }
[[nodiscard]] constexpr const char* name_of(Phase phase) {
  constexpr std::array<const char*, 3> names = {"train", "eval", "generate"};
  return names[static_cast<std::size_t>(phase)];
}
[[nodiscard]] constexpr const char* name_of(Direction d) { return d == Direction::up ? "up" : "down"; }
[[nodiscard]] constexpr const char* name_of(Crossing crossing) {
  constexpr std::array<const char*, 4> names = {"act_up", "act_down", "grad_up", "grad_down"};
  return names[static_cast<std::size_t>(crossing)];
}
[[nodiscard]] constexpr Direction reverse(Direction d) {
  return d == Direction::up ? Direction::down : Direction::up;
}
[[nodiscard]] constexpr Direction direction_of(Crossing c) {
  return c == Crossing::act_up || c == Crossing::grad_up ? Direction::up : Direction::down;
}
[[nodiscard]] constexpr bool is_activation(Crossing c) {
  return c == Crossing::act_up || c == Crossing::act_down;
}
[[nodiscard]] constexpr Half sender_of(Crossing c) {
  return direction_of(c) == Direction::up ? Half::client : Half::server;
}

// A piece of one half's work in a batch. Measured, or taken from a device profile.
enum class Work : std::uint8_t {
  client_bottom_forward,  // embedding and the blocks below the lower cut
  server_forward,
  client_top,              // blocks above the upper cut, norm, head, loss, and their backward
  server_backward,         // with the optimizer, on the last micro-batch
  client_bottom_backward,  // with the optimizer, on the last micro-batch
};
inline constexpr std::size_t work_kinds = 5;
[[nodiscard]] constexpr const char* name_of(Work work) {
  constexpr std::array<const char*, work_kinds> names = {
      "client_bottom_forward", "server_forward", "client_top", "server_backward", "client_bottom_backward"};
  return names[static_cast<std::size_t>(work)];
}
[[nodiscard]] constexpr Half half_of(Work work) {
  return work == Work::server_forward || work == Work::server_backward ? Half::server : Half::client;
}

// Time that one piece of work took.
struct Interval {
  Work work = Work::client_bottom_forward;
  Phase phase = Phase::train;
  std::uint32_t step = 0;
  std::uint32_t micro_batch = 0;
  std::int64_t duration_ns = 0;
};

// What coding an element costs, for times that are not measured.
enum class CodingCost : std::uint8_t {
  copied,     // copied or rounded: plain floats
  quantised,  // quantised, packed or compressed
};

// One message, with every byte of its frame. All *_bytes but modelled_bytes are counted.
struct MessageRow {
  Phase phase = Phase::train;
  std::uint32_t step = 0;
  std::uint32_t micro_batch = 0;
  Crossing crossing = Crossing::act_up;
  std::string codec;           // canonical spec; empty where the frame carries no tensor
  std::uint64_t rows = 0;      // N before any row was escaped or pruned
  std::uint64_t channels = 0;  // H
  std::uint64_t payload_bytes = 0;
  std::uint64_t metadata_bytes = 0;    // widths, ranges, tables; without outlier rows
  std::uint64_t outlier_bytes = 0;     // count, indices and raw rows
  std::uint64_t descriptor_bytes = 0;  // without labels
  std::uint64_t label_bytes = 0;
  std::uint64_t header_bytes = 0;
  std::uint64_t modelled_bytes = 0;  // TCP/IP and MAC, by the link model
  double mean_width = 0.0;           // of the widths alone, in bits; 16 for bf16, 32 for fp32
  std::uint64_t escaped_rows = 0;
  std::uint64_t passthrough_channels = 0;  // channels or rows sent raw because a quantiser cannot hold them
  double distortion = -1.0;                // ‖x − x̂‖² ÷ ‖x‖²; negative: not measured
  std::int64_t encode_ns = 0;
  std::int64_t decode_ns = 0;
  std::int64_t queue_ns = 0;  // from handed to the link until its first bit leaves
  std::int64_t wire_ns = 0;   // from its first bit until its last arrives
  std::optional<std::int64_t>
      predicted_ns;  // queue and wire by the link model, where the two above are measured
  CodingCost coding = CodingCost::copied;  // of the codec; copied if the frame carries no tensor

  [[nodiscard]] std::uint64_t frame_bytes() const {
    return payload_bytes + metadata_bytes + outlier_bytes + descriptor_bytes + label_bytes + header_bytes;
  }
};

// What a real socket carried during one step, TLS, envelopes and repetitions included; both ways.
struct SocketBytes {
  std::uint64_t up_bytes = 0;
  std::uint64_t down_bytes = 0;
  std::uint64_t repeated_bytes = 0;       // messages sent again after a connection broke
  std::uint64_t retransmitted_bytes = 0;  // by TCP, as the client's kernel counts its own sending
};

// One optimizer step. All bytes and times are of its training frames and work; evaluations are counted apart.
struct StepRow {
  std::uint32_t step = 0;
  bool hold = false;  // the descent of the widths is over
  double loss = 0.0;  // mean over label tokens, nats
  std::uint64_t label_tokens = 0;
  double learning_rate = 0.0;
  double client_gradient_norm = 0.0;  // before clipping
  double server_gradient_norm = 0.0;
  std::uint64_t up_bytes = 0;  // counted: whole frames, client to server
  std::uint64_t down_bytes = 0;
  std::uint64_t modelled_bytes = 0;                // TCP/IP and MAC, both directions, by the link model
  double mean_width_up = 0.0;                      // of act_up, in bits
  double mean_width_down = 0.0;                    // of act_down; 0 where nothing goes down (vanilla)
  std::array<std::int64_t, work_kinds> work_ns{};  // by Work, summed over micro-batches
  std::int64_t codec_ns = 0;                       // encoding and decoding, both halves
  std::int64_t client_ns = 0;                      // sum of the client's work_ns
  std::int64_t server_ns = 0;
  std::int64_t link_ns = 0;         // queue and wire, as far as a half waited for it
  std::int64_t total_ns = 0;        // of the step, first to last event of the client's clock
  std::int64_t now_ns = 0;          // the client's virtual clock at the end of the step
  std::optional<double> eval_loss;  // with the codecs in the loop; after this step; empty: not evaluated
  std::optional<double> eval_loss_plain;  // without them
  std::optional<SocketBytes> socket;      // real sockets only
};

// A channel's (or position's) wire width, written when it changed.
struct WidthRow {
  std::uint32_t step = 0;
  Crossing crossing = Crossing::act_up;
  std::uint32_t channel = 0;
  std::uint8_t width = 0;
};

// Something that a person should know; written to events.jsonl and, for warnings, to stderr once each.
struct Event {
  bool warning = false;
  std::uint32_t step = 0;
  std::string name;     // snake_case, stable: "target_reached", "widths_stuck", …
  std::string message;  // one line; a warning states its threshold and the remedy
  // The crossing that the event is about; the message names it. Empty: the event is about a half or the whole
  // run, or no endpoint has handed it on yet.
  std::optional<Crossing> crossing = {};
};

}  // namespace cutlink
