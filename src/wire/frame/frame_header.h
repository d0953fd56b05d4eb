// The fixed header of a frame, byte for byte as in FORMAT.md, and its checks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/byte_io.h"
#include "wire/frame/frame.h"

namespace cutlink::wire {

inline constexpr std::uint32_t frame_magic = 0x4C545543U;  // "CUTL" in little-endian order
inline constexpr std::uint8_t frame_version = 2;

inline constexpr std::uint8_t flag_plain = 1U << 0;
inline constexpr std::uint8_t flag_last_micro_batch = 1U << 1;
inline constexpr std::uint8_t flag_row_maps = 1U << 2;
inline constexpr std::uint8_t flag_loss = 1U << 3;
inline constexpr std::uint8_t known_flags = flag_plain | flag_last_micro_batch | flag_row_maps | flag_loss;

// Fields in the order of the wire. Raw numbers: nothing here is believed before parse_header() has returned
// it.
struct FrameHeader {
  std::uint32_t magic = frame_magic;
  std::uint8_t version = frame_version;
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint8_t crossing = 0;
  std::uint8_t dtype = 0;
  std::uint8_t phase = 0;
  std::uint16_t client = 0;
  std::uint32_t codec_id = 0;
  std::uint64_t sequence = 0;
  std::uint64_t body_hash = 0;
  std::uint32_t step = 0;
  std::uint32_t micro_batch = 0;
  std::uint32_t rows = 0;
  std::uint32_t channels = 0;
  std::uint32_t descriptor_bytes = 0;
  std::uint32_t metadata_bytes = 0;
  std::uint32_t payload_bytes = 0;
  std::uint32_t header_hash = 0;
};
static_assert(sizeof(FrameHeader) == header_bytes && std::is_trivially_copyable_v<FrameHeader>);
static_assert(offsetof(FrameHeader, magic) == 0);
static_assert(offsetof(FrameHeader, version) == 4);
static_assert(offsetof(FrameHeader, type) == 5);
static_assert(offsetof(FrameHeader, flags) == 6);
static_assert(offsetof(FrameHeader, crossing) == 7);
static_assert(offsetof(FrameHeader, dtype) == 8);
static_assert(offsetof(FrameHeader, phase) == 9);
static_assert(offsetof(FrameHeader, client) == 10);
static_assert(offsetof(FrameHeader, codec_id) == 12);
static_assert(offsetof(FrameHeader, sequence) == 16);
static_assert(offsetof(FrameHeader, body_hash) == 24);
static_assert(offsetof(FrameHeader, step) == 32);
static_assert(offsetof(FrameHeader, micro_batch) == 36);
static_assert(offsetof(FrameHeader, rows) == 40);
static_assert(offsetof(FrameHeader, channels) == 44);
static_assert(offsetof(FrameHeader, descriptor_bytes) == 48);
static_assert(offsetof(FrameHeader, metadata_bytes) == 52);
static_assert(offsetof(FrameHeader, payload_bytes) == 56);
static_assert(offsetof(FrameHeader, header_hash) == 60);

// XXH3-64 with seed 0, the one hash of this format.
[[nodiscard]] std::uint64_t wire_hash(ByteSpan bytes);

// Writes the header into the first header_bytes of `frame`, which has its body behind it; sets both hashes.
void seal_frame(FrameHeader header, ByteVector& frame);

// Rules 1 and 2 of FORMAT.md; `bytes` may be longer than a header. Throws Error(peer) that names the field.
[[nodiscard]] FrameHeader read_header(ByteSpan bytes);

// The same fields by their types. read_header() or parse_header() returned `header`.
[[nodiscard]] FrameInfo info_of(const FrameHeader& header);

// Rules 1 to 3 of FORMAT.md; `bytes` may be longer than a header. Throws Error(peer) that names the field.
[[nodiscard]] FrameHeader parse_header(ByteSpan bytes, const FrameLimits& limits);

// Rule 7 of FORMAT.md: the cap on the body, and a plain payload's exact length, of a tensor of which `rows`
// rows travel. Throws Error(peer) that names the field.
void check_body_length(const FrameHeader& header, std::uint32_t rows);

}  // namespace cutlink::wire
