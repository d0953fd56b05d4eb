// The descriptor of a frame, of every kind: the batch (act_up), a loss, tokens, a cache's number, row maps.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/byte_io.h"
#include "wire/frame/batch_descriptor.h"
#include "wire/frame/frame.h"
#include "wire/frame/frame_header.h"

namespace cutlink::wire {

inline constexpr std::uint32_t loss_descriptor_bytes = 16;
inline constexpr std::uint32_t drop_descriptor_bytes = 4;

[[nodiscard]] constexpr std::uint64_t max_tokens_descriptor_bytes(std::uint32_t sequences) {
  return 4 + 4 * std::uint64_t{sequences};
}

// No descriptor of a frame with so many rows and sequences is longer, whatever its kind.
[[nodiscard]] inline std::uint64_t max_descriptor_bytes(std::uint32_t rows, std::uint32_t sequences) {
  return std::max(max_batch_descriptor_bytes(Phase::train, rows, sequences),
                  max_batch_descriptor_bytes(Phase::generate, rows, sequences)) +
         max_row_map_bytes(rows);
}

// Appends the fields that travel with `info`'s type, crossing and phase; nothing if none do.
void write_descriptor(const FrameInfo& info, const BatchDescriptor& descriptor, ByteVector& out);

// Rule 6 of FORMAT.md. parse_header() returned `header`; bytes: the whole descriptor. Throws Error(peer)
// naming the field.
[[nodiscard]] BatchDescriptor read_descriptor(const FrameHeader& header, ByteSpan bytes,
                                              const FrameLimits& limits);

}  // namespace cutlink::wire
