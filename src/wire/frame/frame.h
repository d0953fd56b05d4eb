// Frames: one message between the halves. The format is specified in FORMAT.md beside this file.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/byte_io.h"
#include "base/matrix.h"
#include "base/records.h"
#include "wire/frame/row_maps.h"

namespace cutlink::wire {

// Closed: an unknown type ends the connection.
enum class FrameType : std::uint8_t {
  tensor = 1,      // a crossing: descriptor, metadata, payload
  result = 2,      // server to client without a tensor: a loss, or the next tokens of a generation
  drop_cache = 3,  // client to server: a cache of a generation is not needed any more
};

inline constexpr std::size_t header_bytes = 64;

// What a receiver accepts, fixed before the first frame (scenario or handshake).
struct FrameLimits {
  std::uint32_t max_rows = 0;       // N
  std::uint32_t channels = 0;       // H, exactly
  std::uint32_t max_sequences = 0;  // of a micro-batch
  std::uint16_t client = 0;         // whose frames they are, exactly
};

// What the receiver must know of a batch. Only the fields of the frame's table in FORMAT.md travel.
struct BatchDescriptor {
  std::vector<std::uint32_t> sequence_lengths;  // unpadded, sum N            (act_up)
  std::vector<std::uint32_t> sequence_ids;      // the example of each        (act_up)
  std::uint32_t total_micro_batches = 1;        // of this step; generate: 0  (act_up)
  double learning_rate = 0.0;                   // generate: 0                (act_up)
  bool wants_gradient = true;                   // the sender of act_up asks for grad_down; generate: false
  std::vector<std::int32_t> labels;             // N, −100 masked; empty: none travel (act_up, vanilla)
  std::uint32_t step_label_tokens = 0;          // divisor of the mean loss; with labels only
  double loss_sum = 0.0;                        // nats, of this micro-batch  (grad_down and result, vanilla)
  std::uint64_t loss_count = 0;                 // its label tokens           (grad_down and result, vanilla)
  bool has_loss = false;                        // the two above are meant
  std::uint32_t cache = 0;                      // number of the cache        (generate: act_up, drop_cache)
  std::vector<std::uint32_t> position_offsets;  // of each sequence's first row (generate: act_up)
  std::vector<std::int32_t> tokens;             // the next one of each sequence (generate: result)
  RowMaps maps;                                 // of any tensor; empty: all rows travel
};

struct FrameInfo {
  FrameType type = FrameType::tensor;
  Crossing crossing = Crossing::act_up;
  Phase phase = Phase::train;
  bool plain = false;  // body is the raw matrix in `dtype`, whatever codec was agreed
  bool last_micro_batch = true;
  DType dtype = DType::f32;    // of the matrix before coding and after
  std::uint16_t client = 0;    // as agreed
  std::uint32_t codec_id = 0;  // hash_name(spec) folded to 32 bits: both ends must mean the same codec
  std::uint32_t step = 0;
  std::uint32_t micro_batch = 0;
  std::uint64_t sequence = 0;  // counts the sender's frames from 0
  std::uint32_t rows = 0;      // N
  std::uint32_t channels = 0;  // H
};

[[nodiscard]] std::uint32_t codec_id_of(std::string_view spec);

// Byte counts of an encoded frame by part, for the ledger.
struct FrameSizes {
  std::uint64_t header = 0;
  std::uint64_t descriptor = 0;  // without labels, with row maps
  std::uint64_t labels = 0;
  std::uint64_t metadata = 0;
  std::uint64_t payload = 0;
};

// A received frame. metadata and payload point into the bytes that were parsed.
struct Frame {
  FrameInfo info;
  BatchDescriptor descriptor;
  ByteSpan metadata;
  ByteSpan payload;
};

// The most that metadata and payload together may have (FORMAT.md); throws Error(peer) beyond 64 bits.
[[nodiscard]] std::uint64_t max_body_bytes(std::uint32_t rows, std::uint32_t channels);

// For a receiver that reads from a stream: the bytes of the whole frame, after its header (the first
// header_bytes) was checked. Throws Error(peer) that names the field.
[[nodiscard]] std::uint64_t frame_bytes_of(ByteSpan header, const FrameLimits& limits);

// What the header of a frame says, for those who only pass the frame on. Rules 1 and 2 of FORMAT.md are
// checked, so every enumerator is a known one; the numbers are not checked against any limit, and the body is
// not looked at. `frame` may be the header alone. Throws Error(peer) that names the field.
[[nodiscard]] FrameInfo peek_frame(ByteSpan frame);

// Header, descriptor, metadata and payload as one run of bytes; sizes: filled when not null.
// A result or drop_cache carries type, phase, client, step, micro-batch, sequence and its descriptor only.
// Throws Error(usage) if a part has 4 GiB or more.
[[nodiscard]] ByteVector encode_frame(const FrameInfo& info, const BatchDescriptor& descriptor,
                                      ByteSpan metadata, ByteSpan payload, FrameSizes* sizes = nullptr);

// Checks everything before believing it: throws Error(peer) that names the field. `bytes` must outlive the
// frame.
[[nodiscard]] Frame decode_frame(ByteSpan bytes, const FrameLimits& limits);

}  // namespace cutlink::wire
