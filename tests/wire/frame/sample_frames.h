// Frames to test with, and the tools of a peer that forges them.
#pragma once

#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "wire/frame/frame_header.h"

namespace cutlink::wire {

inline constexpr FrameLimits sample_limits{
    .max_rows = 8, .channels = 6, .max_sequences = 3, .client = 0x0506};

inline FrameInfo sample_info(FrameType type, Crossing crossing, Phase phase) {
  FrameInfo info;
  info.type = type;
  info.crossing = crossing;
  info.phase = phase;
  info.last_micro_batch = false;
  info.step = 0x01020304;
  info.micro_batch = 1;
  info.sequence = 0x1122334455667788ULL;
  info.client = sample_limits.client;
  if (type == FrameType::tensor) {
    info.dtype = DType::bf16;
    info.codec_id = codec_id_of("uniform:bits=4");
    info.rows = 7;
    info.channels = sample_limits.channels;
  }
  return info;
}

inline BatchDescriptor sample_batch(bool labels) {
  BatchDescriptor d;
  d.sequence_lengths = {3, 4};
  d.sequence_ids = {0x01020304, 9};
  d.total_micro_batches = 3;
  d.learning_rate = 1.5e-4;
  d.wants_gradient = true;
  if (labels) {
    d.labels = {-100, 0, 5, 257, -100, 2147483647, 1};
    d.step_label_tokens = 19;
  }
  return d;
}

// A forward of phase generate that begins a cache (micro-batch 0), or continues it.
inline BatchDescriptor sample_forward(bool begins) {
  BatchDescriptor d;
  d.sequence_lengths = {3, 4};
  d.sequence_ids = {9, 5};
  d.total_micro_batches = 0;
  d.wants_gradient = false;
  d.cache = 0xc0ffee;
  d.position_offsets = begins ? std::vector<std::uint32_t>{0, 0} : std::vector<std::uint32_t>{11, 1};
  return d;
}

inline BatchDescriptor sample_tokens() {
  BatchDescriptor d;
  d.tokens = {257, 0};
  return d;
}

inline BatchDescriptor with_maps(BatchDescriptor d, RowMaps maps) {
  d.maps = std::move(maps);
  return d;
}

inline BatchDescriptor sample_loss() {
  BatchDescriptor d;
  d.has_loss = true;
  d.loss_sum = 12.25;
  d.loss_count = 5;
  return d;
}

struct Sample {
  std::string name;
  FrameInfo info;
  BatchDescriptor descriptor;
  ByteVector metadata;
  ByteVector payload;

  [[nodiscard]] ByteVector encode(FrameSizes* sizes = nullptr) const {
    return encode_frame(info, descriptor, metadata, payload, sizes);
  }
};

// With row maps, and of phase generate: the halves of this version send none of them.
inline std::vector<Sample> rarer_samples() {
  const ByteVector metadata = {1, 2, 3};
  const ByteVector payload = {9, 8, 7, 6, 5};
  const auto tensor = [](Crossing crossing, Phase phase = Phase::train) {
    return sample_info(FrameType::tensor, crossing, phase);
  };
  const std::vector<RowClass> classes = {RowClass::outlier, RowClass::prompt, RowClass::prompt,
                                         RowClass::answer,  RowClass::normal, RowClass::normal,
                                         RowClass::answer};
  const BatchDescriptor drop = [] {
    BatchDescriptor d;
    d.cache = 0xc0ffee;
    return d;
  }();
  std::vector<Sample> samples = {
      {"act_up_maps", tensor(Crossing::act_up), with_maps(sample_batch(false), {{0, 2, 6}, {3, 6}, classes}),
       metadata, payload},
      {"act_up_labels_maps", tensor(Crossing::act_up), with_maps(sample_batch(true), {{5}, {}, {}}), metadata,
       payload},
      {"act_down_maps", tensor(Crossing::act_down), with_maps({}, {{3, 6}, {}, {}}), metadata, payload},
      {"grad_up_maps", tensor(Crossing::grad_up), with_maps({}, {{}, {}, classes}), {}, payload},
      {"grad_down_maps",
       tensor(Crossing::grad_down),
       with_maps({}, {{1, 2, 3, 4, 5, 6}, {}, {}}),
       {},
       payload},
      {"grad_down_loss_maps", tensor(Crossing::grad_down), with_maps(sample_loss(), {{4}, {}, classes}),
       metadata, payload},
      {"plain_maps",
       tensor(Crossing::act_down, Phase::eval),
       with_maps({}, {{3, 6}, {}, {}}),
       {},
       ByteVector(2 * 6 * 2, 3)},
      {"generate_begin", tensor(Crossing::act_up, Phase::generate), sample_forward(true), metadata, payload},
      {"generate_continue", tensor(Crossing::act_up, Phase::generate),
       with_maps(sample_forward(false), {{}, {2, 6}, {}}), metadata, payload},
      {"generate_down", tensor(Crossing::act_down, Phase::generate), {}, metadata, payload},
      {"generate_tokens",
       sample_info(FrameType::result, Crossing::grad_down, Phase::generate),
       sample_tokens(),
       {},
       {}},
      {"drop_cache", sample_info(FrameType::drop_cache, Crossing::act_up, Phase::generate), drop, {}, {}},
  };
  for (Sample& sample : samples) {
    sample.info.plain = sample.name == "plain_maps";
    sample.info.micro_batch = sample.name == "generate_begin" ? 0 : sample.info.micro_batch;
  }
  return samples;
}

// One of every kind that FORMAT.md's "What travels when" allows.
inline std::vector<Sample> all_samples() {
  const ByteVector metadata = {1, 2, 3};
  const ByteVector payload = {9, 8, 7, 6, 5};
  const auto tensor = [](Crossing crossing, Phase phase = Phase::train) {
    return sample_info(FrameType::tensor, crossing, phase);
  };
  std::vector<Sample> samples = {
      {"act_up", tensor(Crossing::act_up), sample_batch(false), metadata, payload},
      {"act_up_labels", tensor(Crossing::act_up), sample_batch(true), metadata, payload},
      {"act_up_eval", tensor(Crossing::act_up, Phase::eval), sample_batch(true), metadata, payload},
      {"act_down", tensor(Crossing::act_down), {}, metadata, payload},
      {"act_down_eval", tensor(Crossing::act_down, Phase::eval), {}, metadata, payload},
      {"grad_up", tensor(Crossing::grad_up), {}, {}, payload},
      {"grad_down", tensor(Crossing::grad_down), {}, metadata, {}},
      {"grad_down_loss", tensor(Crossing::grad_down), sample_loss(), metadata, payload},
      {"result", sample_info(FrameType::result, Crossing::grad_down, Phase::train), sample_loss(), {}, {}},
      {"result_eval",
       sample_info(FrameType::result, Crossing::grad_down, Phase::eval),
       sample_loss(),
       {},
       {}},
  };
  Sample plain = {
      "plain", tensor(Crossing::act_up, Phase::eval), sample_batch(false), {}, ByteVector(7 * 6 * 2, 3)};
  plain.info.plain = true;
  samples.push_back(plain);
  for (Sample& sample : rarer_samples()) {
    samples.push_back(std::move(sample));
  }
  return samples;
}

// The sample of that name; an unknown name is the test's own fault.
inline Sample sample_named(const std::string& name) {
  for (Sample& sample : all_samples()) {
    if (sample.name == name) {
      return sample;
    }
  }
  throw std::logic_error("no sample is called " + name);
}

inline FrameHeader header_in(const ByteVector& frame) {
  FrameHeader header;
  std::memcpy(&header, frame.data(), sizeof header);
  return header;
}

// The frame with a changed header whose checksums are right again: what a hostile peer sends.
inline ByteVector forged(ByteVector frame, const std::function<void(FrameHeader&)>& change) {
  FrameHeader header = header_in(frame);
  change(header);
  seal_frame(header, frame);
  return frame;
}

// The same for a change of the bytes behind the header, lengths kept.
inline ByteVector forged_body(ByteVector frame, const std::function<void(ByteVector&)>& change) {
  const FrameHeader header = header_in(frame);
  change(frame);
  seal_frame(header, frame);
  return frame;
}

// The peer error's text; nothing when the frame was accepted. Any other exception escapes and fails the test.
inline std::optional<std::string> rejection(ByteSpan bytes, const FrameLimits& limits = sample_limits) {
  try {
    static_cast<void>(decode_frame(bytes, limits));
    return std::nullopt;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::peer) {
      throw;
    }
    return error.what();
  }
}

}  // namespace cutlink::wire
