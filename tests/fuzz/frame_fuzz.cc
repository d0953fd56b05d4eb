// Frames: what decodes, encodes to the same bytes. The first byte says what is repaired, so that changes get
// past the checksums.
#include <algorithm>

#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "wire/frame/frame.h"
#include "wire/frame/frame_header.h"
#include "wire/frame/sample_frames.h"

namespace {

using namespace cutlink;

constexpr wire::FrameLimits limits = wire::sample_limits;

void repair(ByteVector& bytes) {
  if (bytes.size() < wire::header_bytes) {
    return;
  }
  wire::FrameHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.magic = wire::frame_magic;
  header.version = wire::frame_version;
  header.client = limits.client;
  wire::seal_frame(header, bytes);
}

void decode(ByteSpan bytes) {
  const wire::Frame frame = wire::decode_frame(bytes, limits);
  fuzz::must(bytes[offsetof(wire::FrameHeader, version)] == wire::frame_version, "no other version is taken");
  const wire::FrameInfo peeked = wire::peek_frame(bytes);
  fuzz::must(peeked.type == frame.info.type && peeked.crossing == frame.info.crossing &&
                 peeked.phase == frame.info.phase && peeked.rows == frame.info.rows,
             "a peek sees the same header");
  fuzz::must(frame.metadata.size() + frame.payload.size() <= bytes.size(), "parts lie in the frame");
  const ByteVector again = wire::encode_frame(frame.info, frame.descriptor, frame.metadata, frame.payload);
  fuzz::must(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()),
             "decode, encode is the identity");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  ByteVector bytes(data + 1, data + size);
  if ((data[0] & 1U) != 0) {
    repair(bytes);
  }
  try {
    decode(bytes);
  } catch (const Error& error) {
    fuzz::must(error.kind() == ErrorKind::peer, "the peer is at fault");
  }
  return 0;
}
