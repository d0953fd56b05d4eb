#include "wire/frame/frame_header.h"

#include <xxhash.h>

#include <cassert>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "wire/frame/batch_descriptor.h"
#include "wire/frame/frame_descriptor.h"

namespace cutlink::wire {
namespace {

[[noreturn]] void reject(const std::string& field, const std::string& why) {
  peer_error("frame header: " + field + " " + why + " (close the connection)");
}

void expect(const std::string& field, std::uint64_t value, std::uint64_t wanted) {
  if (value != wanted) {
    reject(field, "is " + std::to_string(value) + ", not " + std::to_string(wanted));
  }
}

void expect_at_most(const std::string& field, std::uint64_t value, std::uint64_t limit) {
  if (value > limit) {
    reject(field, "is " + std::to_string(value) + ", at most " + std::to_string(limit) + " can be");
  }
}

void check_origin(const FrameHeader& header, ByteSpan bytes) {
  if (header.magic != frame_magic) {
    reject("magic", "does not say that this is a frame of cutlink");
  }
  if (header.version != frame_version) {
    peer_error("frame version " + std::to_string(header.version) + ", this cutlink writes " +
               std::to_string(frame_version) + ": use the same version on both sides (close the connection)");
  }
  const auto hash = static_cast<std::uint32_t>(wire_hash(bytes.first(offsetof(FrameHeader, header_hash))));
  if (header.header_hash != hash) {
    reject("header_hash", "does not match: the bytes were damaged on the way");
  }
}

void check_closed_sets(const FrameHeader& header) {
  if (header.type < static_cast<std::uint8_t>(FrameType::tensor) ||
      header.type > static_cast<std::uint8_t>(FrameType::drop_cache)) {
    reject("type", "is " + std::to_string(header.type) + ", which is not known");
  }
  if ((header.flags & ~known_flags) != 0) {
    reject("flags", "has unknown bits: " + std::to_string(header.flags));
  }
  expect_at_most("crossing", header.crossing, all_crossings.size() - 1);
  expect_at_most("dtype", header.dtype, static_cast<std::uint8_t>(DType::bf16));
  expect_at_most("phase", header.phase, static_cast<std::uint8_t>(Phase::generate));
}

bool in_generation(const FrameHeader& header) {
  return header.phase == static_cast<std::uint8_t>(Phase::generate);
}

// Of a frame without a tensor, `of` it.
void check_no_tensor(const FrameHeader& header, const std::string& of) {
  const std::uint8_t tensor_flags = flag_plain | flag_row_maps | flag_loss;
  expect("flags (of a " + of + ")", header.flags & tensor_flags, 0);
  expect("dtype (of a " + of + ")", header.dtype, 0);
  expect("codec_id (of a " + of + ")", header.codec_id, 0);
  expect("rows (of a " + of + ")", header.rows, 0);
  expect("channels (of a " + of + ")", header.channels, 0);
  expect("metadata_bytes (of a " + of + ")", header.metadata_bytes, 0);
  expect("payload_bytes (of a " + of + ")", header.payload_bytes, 0);
}

void check_result(const FrameHeader& header, const FrameLimits& limits) {
  check_no_tensor(header, "result");
  expect("crossing (of a result)", header.crossing, static_cast<std::uint8_t>(Crossing::grad_down));
  if (in_generation(header)) {
    expect_at_most("descriptor_bytes (of a result)", header.descriptor_bytes,
                   max_tokens_descriptor_bytes(limits.max_sequences));
  } else {
    expect("descriptor_bytes (of a result)", header.descriptor_bytes, loss_descriptor_bytes);
  }
}

void check_drop(const FrameHeader& header) {
  check_no_tensor(header, "drop_cache");
  expect("crossing (of a drop_cache)", header.crossing, static_cast<std::uint8_t>(Crossing::act_up));
  expect("flags (of a drop_cache)", header.flags, 0);
  expect("phase (of a drop_cache)", header.phase, static_cast<std::uint8_t>(Phase::generate));
  expect("descriptor_bytes (of a drop_cache)", header.descriptor_bytes, drop_descriptor_bytes);
}

void check_descriptor_length(const FrameHeader& header, const FrameLimits& limits) {
  std::uint64_t most = (header.flags & flag_loss) != 0 ? loss_descriptor_bytes : 0;
  if (static_cast<Crossing>(header.crossing) == Crossing::act_up) {
    most = max_batch_descriptor_bytes(static_cast<Phase>(header.phase), header.rows, limits.max_sequences);
  } else if ((header.flags & flag_row_maps) == 0) {
    expect("descriptor_bytes", header.descriptor_bytes, most);
    return;
  }
  if ((header.flags & flag_row_maps) != 0) {
    most += max_row_map_bytes(header.rows);
  }
  expect_at_most("descriptor_bytes", header.descriptor_bytes, most);
}

void check_cap(const FrameHeader& header, std::uint32_t rows) {
  const std::uint64_t body = std::uint64_t{header.metadata_bytes} + header.payload_bytes;
  expect_at_most("metadata_bytes + payload_bytes", body, max_body_bytes(rows, header.channels));
}

void check_tensor(const FrameHeader& header, const FrameLimits& limits) {
  if (!is_activation(static_cast<Crossing>(header.crossing))) {
    expect("phase (of a gradient)", header.phase, static_cast<std::uint8_t>(Phase::train));
  }
  if (static_cast<Crossing>(header.crossing) != Crossing::grad_down) {
    expect("flags: loss", header.flags & flag_loss, 0);
  }
  if (header.rows == 0) {
    reject("rows", "is 0, a tensor has at least 1");
  }
  expect_at_most("rows", header.rows, limits.max_rows);
  expect("channels", header.channels, limits.channels);
  check_descriptor_length(header, limits);
  if ((header.flags & flag_plain) != 0) {
    expect("metadata_bytes (of a plain frame)", header.metadata_bytes, 0);
  }
  if ((header.flags & flag_row_maps) != 0) {
    check_cap(header, header.rows);  // only the descriptor tells how many rows travel
  } else {
    check_body_length(header, header.rows);
  }
}

}  // namespace

std::uint64_t wire_hash(ByteSpan bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

void seal_frame(FrameHeader header, ByteVector& frame) {
  assert(frame.size() >= header_bytes);
  header.body_hash = wire_hash(ByteSpan(frame).subspan(header_bytes));
  std::memcpy(frame.data(), &header, header_bytes);
  header.header_hash =
      static_cast<std::uint32_t>(wire_hash(ByteSpan(frame).first(offsetof(FrameHeader, header_hash))));
  std::memcpy(frame.data(), &header, header_bytes);
}

FrameHeader read_header(ByteSpan bytes) {
  if (bytes.size() < header_bytes) {
    peer_error("frame header: ends after " + std::to_string(bytes.size()) + " of " +
               std::to_string(header_bytes) + " bytes (close the connection)");
  }
  FrameHeader header;
  std::memcpy(&header, bytes.data(), header_bytes);
  check_origin(header, bytes);
  check_closed_sets(header);
  return header;
}

FrameInfo info_of(const FrameHeader& header) {
  FrameInfo info;
  info.type = static_cast<FrameType>(header.type);
  info.crossing = static_cast<Crossing>(header.crossing);
  info.phase = static_cast<Phase>(header.phase);
  info.plain = (header.flags & flag_plain) != 0;
  info.last_micro_batch = (header.flags & flag_last_micro_batch) != 0;
  info.dtype = static_cast<DType>(header.dtype);
  info.client = header.client;
  info.codec_id = header.codec_id;
  info.step = header.step;
  info.micro_batch = header.micro_batch;
  info.sequence = header.sequence;
  info.rows = header.rows;
  info.channels = header.channels;
  return info;
}

FrameHeader parse_header(ByteSpan bytes, const FrameLimits& limits) {
  const FrameHeader header = read_header(bytes);
  if (header.client != limits.client) {
    reject("client", "is " + std::to_string(header.client) + ", the agreement is with client " +
                         std::to_string(limits.client));
  }
  switch (static_cast<FrameType>(header.type)) {
    case FrameType::tensor:
      check_tensor(header, limits);
      break;
    case FrameType::result:
      check_result(header, limits);
      break;
    case FrameType::drop_cache:
      check_drop(header);
      break;
  }
  return header;
}

void check_body_length(const FrameHeader& header, std::uint32_t rows) {
  check_cap(header, rows);
  if ((header.flags & flag_plain) != 0) {
    const std::uint64_t elements = std::uint64_t{rows} * header.channels;  // of 32 bits each: fits
    expect("payload_bytes (of a plain frame)", header.payload_bytes,
           checked_mul(elements, size_of(static_cast<DType>(header.dtype)), "frame header: payload_bytes",
                       ErrorKind::peer));
  }
}

std::uint64_t max_body_bytes(std::uint32_t rows, std::uint32_t channels) {
  constexpr const char* what = "frame header: rows x channels";
  const std::uint64_t elements = std::uint64_t{rows} * channels;
  const std::uint64_t raw = checked_mul(elements, 4, what, ErrorKind::peer);
  const std::uint64_t tables = 64 * (std::uint64_t{rows} + channels) + 1024;
  return checked_add(checked_add(raw, elements / 8, what, ErrorKind::peer), tables, what, ErrorKind::peer);
}

std::uint64_t frame_bytes_of(ByteSpan header, const FrameLimits& limits) {
  const FrameHeader parsed = parse_header(header, limits);
  return header_bytes + std::uint64_t{parsed.descriptor_bytes} + parsed.metadata_bytes + parsed.payload_bytes;
}

}  // namespace cutlink::wire
