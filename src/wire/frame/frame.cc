#include "wire/frame/frame.h"

#include <cassert>
#include <limits>
#include <string>

#include "base/error.h"
#include "base/rng.h"
#include "wire/frame/frame_descriptor.h"
#include "wire/frame/frame_header.h"

namespace cutlink::wire {
namespace {

// A length as the header can say it. Only a matrix of 4 GiB or more fails here.
std::uint32_t length_field(std::size_t length, const char* part) {
  if (length > std::numeric_limits<std::uint32_t>::max()) {
    usage_error(std::string("frame: ") + part + " of " + std::to_string(length) +
                " bytes is beyond the 4 GiB of a frame: use smaller micro-batches");
  }
  return static_cast<std::uint32_t>(length);
}

FrameHeader header_of(const FrameInfo& info, const BatchDescriptor& descriptor) {
  FrameHeader header;
  header.type = static_cast<std::uint8_t>(info.type);
  const Crossing crossing = info.type == FrameType::tensor   ? info.crossing
                            : info.type == FrameType::result ? Crossing::grad_down
                                                             : Crossing::act_up;
  header.crossing = static_cast<std::uint8_t>(crossing);
  header.phase = static_cast<std::uint8_t>(info.phase);
  header.client = info.client;
  header.sequence = info.sequence;
  header.step = info.step;
  header.micro_batch = info.micro_batch;
  unsigned flags = 0;
  if (info.type != FrameType::drop_cache && info.last_micro_batch) {
    flags |= flag_last_micro_batch;
  }
  if (info.type == FrameType::tensor) {
    flags |= info.plain ? flag_plain : 0U;
    flags |= descriptor.maps.empty() ? 0U : flag_row_maps;
    flags |= crossing == Crossing::grad_down && descriptor.has_loss ? flag_loss : 0U;
    header.dtype = static_cast<std::uint8_t>(info.dtype);
    header.codec_id = info.codec_id;
    header.rows = info.rows;
    header.channels = info.channels;
  }
  header.flags = static_cast<std::uint8_t>(flags);
  return header;
}

}  // namespace

std::uint32_t codec_id_of(std::string_view spec) {
  const std::uint64_t hash = hash_name(spec);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

ByteVector encode_frame(const FrameInfo& info, const BatchDescriptor& descriptor, ByteSpan metadata,
                        ByteSpan payload, FrameSizes* sizes) {
  assert(info.type == FrameType::tensor || (metadata.empty() && payload.empty()));
  FrameHeader header = header_of(info, descriptor);
  header.metadata_bytes = length_field(metadata.size(), "metadata");
  header.payload_bytes = length_field(payload.size(), "payload");

  ByteVector frame(header_bytes);
  frame.reserve(
      header_bytes +
      max_descriptor_bytes(info.rows, static_cast<std::uint32_t>(descriptor.sequence_lengths.size())) +
      metadata.size() + payload.size());
  write_descriptor(info, descriptor, frame);
  const std::size_t descriptor_bytes = frame.size() - header_bytes;
  header.descriptor_bytes = length_field(descriptor_bytes, "descriptor");
  frame.insert(frame.end(), metadata.begin(), metadata.end());
  frame.insert(frame.end(), payload.begin(), payload.end());
  seal_frame(header, frame);

  if (sizes != nullptr) {
    const bool labels = info.type == FrameType::tensor && info.crossing == Crossing::act_up;
    sizes->header = header_bytes;
    sizes->labels = labels ? 4 * descriptor.labels.size() : 0;
    sizes->descriptor = descriptor_bytes - sizes->labels;
    sizes->metadata = metadata.size();
    sizes->payload = payload.size();
  }
  return frame;
}

FrameInfo peek_frame(ByteSpan frame) { return info_of(read_header(frame)); }

Frame decode_frame(ByteSpan bytes, const FrameLimits& limits) {
  const FrameHeader header = parse_header(bytes, limits);
  ByteReader in(bytes.subspan(header_bytes), "frame body");
  const ByteSpan descriptor = in.take(header.descriptor_bytes);
  Frame frame;
  frame.info = info_of(header);
  frame.metadata = in.take(header.metadata_bytes);
  frame.payload = in.take(header.payload_bytes);
  in.expect_end();
  if (wire_hash(bytes.subspan(header_bytes)) != header.body_hash) {
    peer_error(
        "frame header: body_hash does not match: the bytes were damaged on the way (close the connection)");
  }
  frame.descriptor = read_descriptor(header, descriptor, limits);
  if ((header.flags & flag_row_maps) != 0) {
    const std::vector<std::uint32_t>& sent = frame.descriptor.maps.sent;
    check_body_length(header, sent.empty() ? header.rows : static_cast<std::uint32_t>(sent.size()));
  }
  return frame;
}

}  // namespace cutlink::wire
