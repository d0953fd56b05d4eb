#include "wire/frame/frame_descriptor.h"

#include <string>

#include "base/error.h"

namespace cutlink::wire {
namespace {

[[noreturn]] void reject(const std::string& field, const std::string& why) {
  peer_error("frame descriptor: " + field + " " + why + " (close the connection)");
}

void write_loss(const BatchDescriptor& d, ByteVector& out) {
  ByteWriter to(out);
  to.put(d.loss_sum);
  to.put(d.loss_count);
}

void read_loss(ByteReader& in, const FrameLimits& limits, BatchDescriptor& d) {
  d.has_loss = true;
  d.loss_sum = in.get<double>();
  d.loss_count = in.get<std::uint64_t>();
  if (d.loss_count > limits.max_rows) {
    reject("loss_count",
           "is " + std::to_string(d.loss_count) + ", at most " + std::to_string(limits.max_rows) + " can be");
  }
}

void write_tokens(const BatchDescriptor& d, ByteVector& out) {
  ByteWriter to(out);
  to.put(static_cast<std::uint32_t>(d.tokens.size()));
  to.put_raw(d.tokens.data(), 4 * d.tokens.size());
}

void read_tokens(ByteReader& in, const FrameLimits& limits, BatchDescriptor& d) {
  const auto sequences = in.get<std::uint32_t>();
  if (sequences == 0 || sequences > limits.max_sequences) {
    reject("sequences",
           "is " + std::to_string(sequences) + ", 1 to " + std::to_string(limits.max_sequences) + " can be");
  }
  const ByteSpan bytes = in.take(4 * std::uint64_t{sequences});
  d.tokens.resize(sequences);
  std::memcpy(d.tokens.data(), bytes.data(), bytes.size());
  for (const std::int32_t token : d.tokens) {
    if (token < 0) {
      reject("tokens", "has " + std::to_string(token) + ", which is no token");
    }
  }
}

}  // namespace

void write_descriptor(const FrameInfo& info, const BatchDescriptor& descriptor, ByteVector& out) {
  switch (info.type) {
    case FrameType::drop_cache:
      ByteWriter(out).put(descriptor.cache);
      return;
    case FrameType::result:
      info.phase == Phase::generate ? write_tokens(descriptor, out) : write_loss(descriptor, out);
      return;
    case FrameType::tensor:
      break;
  }
  if (info.crossing == Crossing::act_up) {
    write_batch(info, descriptor, out);
  } else if (info.crossing == Crossing::grad_down && descriptor.has_loss) {
    write_loss(descriptor, out);
  }
  if (!descriptor.maps.empty()) {
    write_row_maps(descriptor.maps, info.rows, out);
  }
}

BatchDescriptor read_descriptor(const FrameHeader& header, ByteSpan bytes, const FrameLimits& limits) {
  ByteReader in(bytes, "frame descriptor");
  BatchDescriptor d;
  const FrameInfo info = info_of(header);
  if (info.type == FrameType::drop_cache) {
    d.cache = in.get<std::uint32_t>();
  } else if (info.type == FrameType::result && info.phase == Phase::generate) {
    read_tokens(in, limits, d);
  } else if (info.type == FrameType::result || (header.flags & flag_loss) != 0) {
    read_loss(in, limits, d);
  } else if (info.crossing == Crossing::act_up) {
    d = read_batch(info, in, limits);
  }
  if ((header.flags & flag_row_maps) != 0) {
    const bool wanted_may_be = info.crossing == Crossing::act_up && d.labels.empty();
    d.maps = read_row_maps(in, header.rows, wanted_may_be);
  }
  in.expect_end();
  return d;
}

}  // namespace cutlink::wire
