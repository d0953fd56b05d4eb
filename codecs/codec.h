// What turns a crossing's matrix into a frame's body and back.
//
// Legend: N rows (unpadded tokens) × H channels, row-major, fp32 or bf16. A codec is two objects, an
// Encoder and a Decoder, because they live on different machines; they share nothing but the frames.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "base/matrix.h"
#include "base/records.h"
#include "codecs/inner_quantiser.h"

namespace cutlink::codecs {

// Fixed for the life of an encoder or decoder; both ends know it (scenario or handshake).
struct CodecContext {
  Crossing crossing = Crossing::act_up;
  std::size_t channels = 0;       // H
  std::size_t max_positions = 0;  // longest sequence, in tokens: gates by position need it
  std::uint64_t seed = 0;
  std::uint32_t client = 0;
  std::uint32_t total_steps = 0;  // of the run; default descents are a third of it. 0: evaluation only
  Place place = Place::host;      // of every matrix that is encoded or decoded; a body is always host bytes
};

// What both ends know of one message: the encoder from its half, the decoder from the descriptor.
struct CallInfo {
  Phase phase = Phase::train;
  std::uint32_t step = 0;  // 0-based; an evaluation carries the number of steps done so far
  std::uint32_t micro_batch = 0;
  bool last_micro_batch = true;
  std::span<const std::uint32_t> positions;  // of every row in its sequence; size N
  // Which example each sequence is, in the order of the rows: the same number in every epoch. Training and
  // evaluation number their examples apart. Size: the number of sequences.
  std::span<const std::uint32_t> sequence_ids = {};
};

// What fixes a body's size beyond its shape; reported by an encoder, checked against body_size().
struct BodyFacts {
  std::size_t rows = 0;      // N before escaping
  std::size_t channels = 0;  // H
  DType dtype = DType::f32;  // of the matrix: what passes through raw costs its size
  std::size_t escaped_rows = 0;
  std::size_t zero_rows = 0;             // not sent (symmetric grids)
  std::size_t passthrough_channels = 0;  // channels (or rows, blocks) sent raw
  std::uint64_t width_sum = 0;           // Σ of wire widths over the channels (rows, blocks) quantised
  bool width_table = false;              // the table of widths travels with this body
  double mean_width = 0.0;               // bits
  bool at_most = false;                  // expected facts alone: the message may need less
  bool overflow = false;                 // a finite value became infinite (fp16); never silent
};

// What is known of a matrix before the run.
struct ExpectedRows {
  std::size_t all = 0;                  // N
  std::span<const std::uint32_t> zero;  // ascending: rows that will hold nothing but zeros
};

// A frame's body as the ledger splits it. metadata begins with the outlier section where there is one.
struct Body {
  ByteVector metadata;
  ByteVector payload;
  std::size_t outlier_bytes = 0;  // part of metadata

  void clear() {
    metadata.clear();
    payload.clear();
    outlier_bytes = 0;
  }
};

struct BodyView {
  ByteSpan metadata;
  ByteSpan payload;
};

// Bytes of a body. exact: the figure, else an upper bound.
struct BodySize {
  std::uint64_t metadata_bytes = 0;  // without outlier rows
  std::uint64_t outlier_bytes = 0;
  std::uint64_t payload_bytes = 0;
  bool exact = true;
};

class Encoder {
 public:
  virtual ~Encoder() = default;

  // Replaces `body`. x: N × H, N >= 1. Keeps what learn() needs of x until the next encode().
  // Never fails on the values of x: what a grid cannot hold passes through raw.
  virtual BodyFacts encode(MatrixView x, const CallInfo& call, Body& body) = 0;

  // True where the encoder wants the gradient that comes back for what it encoded.
  [[nodiscard]] virtual bool learns() const { return false; }
  // gradient: N × H, of the loss with respect to the decoded matrix, as received. Called at most once
  // per encode(), for training calls only; after the one with last_micro_batch the state steps.
  virtual void learn(MatrixView gradient) { static_cast<void>(gradient); }

  // Widths that this encoder chose, one per channel (or position), for a codec that shares them.
  // Empty where a codec has none. Valid until the next encode().
  [[nodiscard]] virtual std::span<const std::uint8_t> widths() const { return {}; }
  // Widths that the half learnt from another crossing (both ends know them); before encode().
  virtual void use_widths(std::span<const std::uint8_t> widths) { static_cast<void>(widths); }

  // What happened since the last call and a person should know. Empties the list.
  [[nodiscard]] virtual std::vector<Event> take_events() { return {}; }

  // All that a step changes. restore() throws Error where the bytes do not fit this codec.
  virtual void save(ByteWriter& out) const { static_cast<void>(out); }
  virtual void restore(ByteReader& in) { static_cast<void>(in); }
};

class Decoder {
 public:
  virtual ~Decoder() = default;

  // Fills out (N × H). The bytes may be hostile: throws Error(peer), writes nothing outside `out`,
  // allocates no more than the shape allows.
  virtual void decode(BodyView body, const CallInfo& call, MutableMatrixView out) = 0;

  [[nodiscard]] virtual std::span<const std::uint8_t> widths() const { return {}; }
  virtual void use_widths(std::span<const std::uint8_t> widths) { static_cast<void>(widths); }

  virtual void save(ByteWriter& out) const { static_cast<void>(out); }
  virtual void restore(ByteReader& in) { static_cast<void>(in); }
};

// A codec with its parameters set: makes encoders and decoders, states its bytes. Immutable.
class Codec {
 public:
  virtual ~Codec() = default;

  // Canonical spec: parsing it gives the same codec; parameters that stand at their default are left out.
  [[nodiscard]] virtual std::string spec() const = 0;
  // Both throw Error(usage) if the codec cannot serve this crossing, shape or place. What they make does not
  // need the codec any more.
  [[nodiscard]] std::unique_ptr<Encoder> make_encoder(const CodecContext& context) const;
  [[nodiscard]] std::unique_ptr<Decoder> make_decoder(const CodecContext& context) const;
  // Whether the codec can read and write matrices in this memory.
  [[nodiscard]] virtual bool serves(Place place) const { return place == Place::host; }
  // Bytes of a body with these facts.
  [[nodiscard]] virtual BodySize body_size(const BodyFacts& facts, const CodecContext& context) const = 0;
  // The largest payload of any body of this shape, whatever the values, in bytes; escaped or zero rows only
  // make it smaller. Cheap, as a decoder asks it about a peer's frame before it makes room for the payload.
  // Throws Error(peer) if the size does not fit 64 bits.
  [[nodiscard]] virtual std::uint64_t largest_payload(std::size_t rows, std::size_t channels) const = 0;
  // What a device profile charges for an element.
  [[nodiscard]] virtual CodingCost cost() const = 0;
  // Facts to expect in the given step (no escapes, no passthrough), for predictions before a run. What zero
  // rows cost is the codec's to know: one leaves them out, the next sends them as any others.
  [[nodiscard]] virtual BodyFacts expected_facts(const ExpectedRows& rows, std::uint32_t step,
                                                 const CodecContext& context) const = 0;
  // First step of the hold: the descent of widths is over. 0 where there is none.
  [[nodiscard]] virtual std::uint32_t hold_begins(const CodecContext& context) const {
    static_cast<void>(context);
    return 0;
  }
  // Whether the codec returns every finite value of this type unchanged.
  [[nodiscard]] virtual bool exact_for(DType dtype) const {
    static_cast<void>(dtype);
    return false;
  }
  // The codec's quantiser inside a half; null if the codec stays at the cuts. Throws Error(usage) if it
  // cannot serve this shape.
  [[nodiscard]] virtual std::unique_ptr<InnerQuantiser> make_inner(const InnerShape& shape) const {
    static_cast<void>(shape);
    return nullptr;
  }
  // What may help against an early spike of the loss if this codec codes the activations: the end of a
  // sentence, in parameters that the codec has.
  [[nodiscard]] virtual std::string spike_advice() const {
    return "no width falls here: lower train.lr, or lengthen train.warmup";
  }
  // Takes the widths of the forward crossing at the same cut (spec `shared`).
  [[nodiscard]] virtual bool shares_widths() const { return false; }

 private:
  // As make_encoder() and make_decoder(), for a place that the codec serves.
  [[nodiscard]] virtual std::unique_ptr<Encoder> new_encoder(const CodecContext& context) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Decoder> new_decoder(const CodecContext& context) const = 0;
};

}  // namespace cutlink::codecs
