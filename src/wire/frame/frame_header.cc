#include "wire/frame/frame_header.h"

#include <xxhash.h>

#include <cassert>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "wire/frame/batch_descriptor.h"

namespace cutlink::wire {
namespace {

[[noreturn]] void reject(const char* field, const std::string& why) {
  peer_error(std::string("frame header: ") + field + " " + why + " (close the connection)");
}

void expect(const char* field, std::uint64_t value, std::uint64_t wanted) {
  if (value != wanted) {
    reject(field, "is " + std::to_string(value) + ", not " + std::to_string(wanted));
  }
}

void expect_at_most(const char* field, std::uint64_t value, std::uint64_t limit) {
  if (value > limit) {
    reject(field, "is " + std::to_string(value) + ", at most " + std::to_string(limit) + " can be");
  }
}

void check_origin(const FrameHeader& header, ByteSpan bytes) {
  if (header.magic != frame_magic) {
    reject("magic", "does not say that this is a frame of cutlink");
  }
  if (header.version != frame_version) {
    reject("version", "is " + std::to_string(header.version) + ", this program speaks " +
                          std::to_string(frame_version) + ": use the same release at both ends");
  }
  const auto hash = static_cast<std::uint32_t>(wire_hash(bytes.first(offsetof(FrameHeader, header_hash))));
  if (header.header_hash != hash) {
    reject("header_hash", "does not match: the bytes were damaged on the way");
  }
}

void check_closed_sets(const FrameHeader& header) {
  if (header.type != static_cast<std::uint8_t>(FrameType::tensor) &&
      header.type != static_cast<std::uint8_t>(FrameType::result)) {
    reject("type", "is " + std::to_string(header.type) + ", which is not known");
  }
  if ((header.flags & ~known_flags) != 0) {
    reject("flags", "has unknown bits: " + std::to_string(header.flags));
  }
  expect_at_most("crossing", header.crossing, all_crossings.size() - 1);
  expect_at_most("dtype", header.dtype, static_cast<std::uint8_t>(DType::bf16));
  expect_at_most("phase", header.phase, static_cast<std::uint8_t>(Phase::eval));
  expect("reserved", header.reserved, 0);
}

void check_result(const FrameHeader& header) {
  expect("crossing (of a result)", header.crossing, static_cast<std::uint8_t>(Crossing::grad_down));
  expect("flags: plain (of a result)", header.flags & flag_plain, 0);
  expect("dtype (of a result)", header.dtype, 0);
  expect("codec_id (of a result)", header.codec_id, 0);
  expect("rows (of a result)", header.rows, 0);
  expect("channels (of a result)", header.channels, 0);
  expect("descriptor_bytes (of a result)", header.descriptor_bytes, loss_descriptor_bytes);
  expect("metadata_bytes (of a result)", header.metadata_bytes, 0);
  expect("payload_bytes (of a result)", header.payload_bytes, 0);
}

void check_descriptor_length(const FrameHeader& header, const FrameLimits& limits) {
  switch (static_cast<Crossing>(header.crossing)) {
    case Crossing::act_up:
      expect_at_most("descriptor_bytes", header.descriptor_bytes,
                     max_batch_descriptor_bytes(header.rows, limits.max_sequences));
      return;
    case Crossing::act_down:
    case Crossing::grad_up:
      expect("descriptor_bytes", header.descriptor_bytes, 0);
      return;
    case Crossing::grad_down:
      if (header.descriptor_bytes != 0) {
        expect("descriptor_bytes", header.descriptor_bytes, loss_descriptor_bytes);
      }
      return;
  }
}

void check_tensor(const FrameHeader& header, const FrameLimits& limits) {
  if (!is_activation(static_cast<Crossing>(header.crossing))) {
    expect("phase (of a gradient)", header.phase, static_cast<std::uint8_t>(Phase::train));
  }
  if (header.rows == 0) {
    reject("rows", "is 0, a tensor has at least 1");
  }
  expect_at_most("rows", header.rows, limits.max_rows);
  expect("channels", header.channels, limits.channels);
  check_descriptor_length(header, limits);
  const std::uint64_t body = std::uint64_t{header.metadata_bytes} + header.payload_bytes;
  expect_at_most("metadata_bytes + payload_bytes", body, max_body_bytes(header.rows, header.channels));
  if ((header.flags & flag_plain) != 0) {
    expect("metadata_bytes (of a plain frame)", header.metadata_bytes, 0);
    const std::uint64_t elements = std::uint64_t{header.rows} * header.channels;  // of 32 bits each: fits
    expect("payload_bytes (of a plain frame)", header.payload_bytes,
           checked_mul(elements, size_of(static_cast<DType>(header.dtype)), "frame header: payload_bytes",
                       ErrorKind::peer));
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

FrameHeader parse_header(ByteSpan bytes, const FrameLimits& limits) {
  if (bytes.size() < header_bytes) {
    peer_error("frame header: ends after " + std::to_string(bytes.size()) + " of " +
               std::to_string(header_bytes) + " bytes (close the connection)");
  }
  FrameHeader header;
  std::memcpy(&header, bytes.data(), header_bytes);
  check_origin(header, bytes);
  check_closed_sets(header);
  if (header.type == static_cast<std::uint8_t>(FrameType::result)) {
    check_result(header);
  } else {
    check_tensor(header, limits);
  }
  return header;
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
