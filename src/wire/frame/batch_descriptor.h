// The descriptor of act_up: what the receiver must know of the batch.
#pragma once

#include <cstdint>

#include "base/byte_io.h"
#include "wire/frame/frame.h"

namespace cutlink::wire {

inline constexpr std::uint32_t batch_descriptor_bytes = 24;  // without the arrays

// Without row maps. sequences: S, or the most that may be.
[[nodiscard]] constexpr std::uint64_t max_batch_descriptor_bytes(Phase phase, std::uint32_t rows,
                                                                 std::uint32_t sequences) {
  const std::uint64_t lengths_and_ids = 8 * std::uint64_t{sequences};
  const std::uint64_t rest =
      phase == Phase::generate ? 4 + 4 * std::uint64_t{sequences} : 4 * std::uint64_t{rows};
  return batch_descriptor_bytes + lengths_and_ids + rest;
}

// Appends the batch, without row maps. info: of the frame, with N rows.
void write_batch(const FrameInfo& info, const BatchDescriptor& descriptor, ByteVector& out);

// Reads the batch up to where row maps would begin. The header was checked against the limits. Throws
// Error(peer) naming the field.
[[nodiscard]] BatchDescriptor read_batch(const FrameInfo& info, ByteReader& in, const FrameLimits& limits);

}  // namespace cutlink::wire
