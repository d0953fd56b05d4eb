// One message through a codec, as the halves would send it, with its bytes held against the codec's
// statement.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "codecs/registry.h"
#include "codecs/test_matrix.h"

namespace cutlink::codecs {

struct Message {
  Body body;
  BodyFacts facts;
  OwnedMatrix back;
};

// Both ends of one crossing.
class Ends {
 public:
  Ends(const std::string& spec, const CodecContext& with) : Ends(make_codec(spec), with) {}
  Ends(std::unique_ptr<Codec> of, const CodecContext& with) : codec(std::move(of)), context(with) {
    encoder = codec->make_encoder(context);
    decoder = codec->make_decoder(context);
  }

  // Encodes, checks the ledger, decodes.
  Message send(MatrixView x, const CallInfo& call = {}) const {
    Message message;
    message.facts = encoder->encode(x, call, message.body);
    expect_stated_bytes(message, x);
    message.back.reset(x.dtype, x.rows, x.cols);
    decoder->decode({message.body.metadata, message.body.payload}, call, message.back.mutable_view());
    return message;
  }

  void expect_stated_bytes(const Message& message, MatrixView x) const {
    EXPECT_EQ(message.facts.rows, x.rows);
    EXPECT_EQ(message.facts.channels, x.cols);
    const BodySize size = codec->body_size(message.facts, context);
    EXPECT_LE(message.body.payload.size(), codec->largest_payload(x.rows, x.cols));
    EXPECT_EQ(message.body.outlier_bytes, size.outlier_bytes);
    EXPECT_EQ(message.body.metadata.size(), size.metadata_bytes + size.outlier_bytes);
    if (size.exact) {
      EXPECT_EQ(message.body.payload.size(), size.payload_bytes);
    } else {
      EXPECT_LE(message.body.payload.size(), size.payload_bytes);
    }
  }

  std::unique_ptr<Codec> codec;
  CodecContext context;
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<Decoder> decoder;
};

inline CodecContext context_of(Crossing crossing, std::size_t channels) {
  CodecContext context;
  context.crossing = crossing;
  context.channels = channels;
  context.max_positions = 512;
  context.seed = 7;
  context.total_steps = 30;
  return context;
}

// ‖x − x̂‖² ÷ ‖x‖².
inline double distortion(MatrixView x, MatrixView back) {
  double error = 0.0;
  double power = 0.0;
  for (std::size_t r = 0; r < x.rows; ++r) {
    for (std::size_t c = 0; c < x.cols; ++c) {
      const double d = static_cast<double>(x.at(r, c)) - back.at(r, c);
      error += d * d;
      power += static_cast<double>(x.at(r, c)) * x.at(r, c);
    }
  }
  return power > 0.0 ? error / power : error;
}

}  // namespace cutlink::codecs
