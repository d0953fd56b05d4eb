// The descriptor of a frame: what the receiver must know of the batch (act_up), or the loss that comes back.
#pragma once

#include <cstdint>

#include "base/byte_io.h"
#include "wire/frame/frame.h"

namespace cutlink::wire {

inline constexpr std::uint32_t batch_descriptor_bytes = 24;  // without the arrays
inline constexpr std::uint32_t loss_descriptor_bytes = 16;

[[nodiscard]] constexpr std::uint64_t max_batch_descriptor_bytes(std::uint32_t rows,
                                                                 std::uint32_t max_sequences) {
  return batch_descriptor_bytes + 4 * std::uint64_t{max_sequences} + 4 * std::uint64_t{rows};
}

// Append the fields that travel with `info`'s type and crossing; nothing where none do.
void write_descriptor(const FrameInfo& info, const BatchDescriptor& descriptor, ByteVector& out);

// Rule 6 of FORMAT.md. `info` was checked; bytes: the whole descriptor. Throws Error(peer) naming the field.
[[nodiscard]] BatchDescriptor read_descriptor(const FrameInfo& info, ByteSpan bytes,
                                              const FrameLimits& limits);

}  // namespace cutlink::wire
