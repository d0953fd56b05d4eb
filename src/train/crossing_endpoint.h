// One end of a crossing: a tensor to a frame with its ledger row, or a frame to a tensor. The same two
// classes serve all four crossings in both halves.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "codecs/codec.h"
#include "model/llama/llama.h"
#include "train/observer.h"
#include "wire/frame/frame.h"

namespace cutlink::train {

// The micro-batch in hand, as both ends know it: the client from its data, the server from the descriptor.
struct MicroBatch {
  Phase phase = Phase::train;
  std::uint32_t step = 0;
  std::uint32_t index = 0;
  bool last = true;
  bool plain = false;  // frames carry the raw matrix
  model::RowLayout layout;
  std::vector<std::uint32_t> sequence_ids;  // which example each sequence is

  [[nodiscard]] codecs::CallInfo call() const {
    return {phase, step, index, last, layout.positions, sequence_ids};
  }
};

class SendEndpoint {
 public:
  // codec and observer must outlive the endpoint. context.place: of the half's tensors; they are moved to
  // host memory if the codec does not serve it.
  SendEndpoint(const codecs::Codec& codec, const codecs::CodecContext& context, DType dtype,
               Observer& observer);

  // x: (N, H) in `dtype`. Returns the frame and reports its row; keeps x until the next send.
  [[nodiscard]] ByteVector send(const at::Tensor& x, const MicroBatch& batch,
                                const wire::BatchDescriptor& descriptor, std::uint64_t sequence);

  [[nodiscard]] bool learns() const { return encoder_->learns(); }
  // gradient: (N, H) as received, of what the last send carried. Returns the time taken in ns.
  std::int64_t learn(const at::Tensor& gradient, const MicroBatch& batch);

  [[nodiscard]] std::span<const std::uint8_t> widths() const { return encoder_->widths(); }
  void use_widths(std::span<const std::uint8_t> widths) { encoder_->use_widths(widths); }

  void save(ByteWriter& out) const { encoder_->save(out); }
  void restore(ByteReader& in) { encoder_->restore(in); }

 private:
  void report_events(std::uint32_t step);

  Crossing crossing_;
  std::string spec_;
  CodingCost coding_;
  std::uint32_t codec_id_;
  std::uint16_t client_;
  DType dtype_;
  Place place_;  // of what the encoder reads
  Observer& observer_;
  std::unique_ptr<codecs::Encoder> encoder_;
  codecs::Body body_;  // kept for its capacity
  at::Tensor sent_;
};

class ReceiveEndpoint {
 public:
  // Decodes into host memory, whatever context.place is.
  ReceiveEndpoint(const codecs::Codec& codec, const codecs::CodecContext& context, DType dtype);

  // Throws Error(peer) unless the frame is this crossing's, in the agreed codec and type, for this
  // micro-batch and all of its rows. Changes nothing.
  void check(const wire::Frame& frame, const MicroBatch& batch) const;
  // A frame that check() passed, decoded to (N, H) in `dtype`. Throws Error(peer) with the state as before.
  [[nodiscard]] at::Tensor receive(const wire::Frame& frame, const MicroBatch& batch);

  [[nodiscard]] std::span<const std::uint8_t> widths() const { return decoder_->widths(); }
  void use_widths(std::span<const std::uint8_t> widths) { decoder_->use_widths(widths); }

  void save(ByteWriter& out) const { decoder_->save(out); }
  void restore(ByteReader& in) { decoder_->restore(in); }

 private:
  Crossing crossing_;
  std::string spec_;
  std::uint32_t codec_id_;
  std::size_t channels_;
  DType dtype_;
  std::unique_ptr<codecs::Decoder> decoder_;
};

}  // namespace cutlink::train
