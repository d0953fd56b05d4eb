#include "codecs/shared/shared.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "codecs/grid/column_frame.h"
#include "codecs/grid/minmax_grid.h"
#include "codecs/parameters.h"

namespace cutlink::codecs {
namespace {

// Widths that the half handed over; both ends know them from the forward crossing.
class SharedWidths {
 public:
  explicit SharedWidths(std::size_t channels) : channels_(channels) {}

  void set(std::span<const std::uint8_t> widths) { widths_.assign(widths.begin(), widths.end()); }
  // kind: of the error where there are none. An encoder's user chose the codecs; a decoder may be asked by a
  // peer that sends a gradient before any activation.
  [[nodiscard]] std::span<const std::uint8_t> get(ErrorKind kind) const {
    if (widths_.size() != channels_ ||
        std::any_of(widths_.begin(), widths_.end(), [](std::uint8_t b) { return b < 1 || b > 8; })) {
      throw Error(kind,
                  "codec \"shared\": the activation codec of this cut hands over no width per channel (use "
                  "amaq or uniform with per=channel for it, or another gradient codec)");
    }
    return widths_;
  }

 private:
  std::size_t channels_;
  std::vector<std::uint8_t> widths_;
};

class SharedEncoder : public Encoder {
 public:
  explicit SharedEncoder(std::size_t channels) : widths_(channels) {}
  BodyFacts encode(MatrixView x, const CallInfo&, Body& body) override {
    body.clear();
    return minmax_encode(x, widths_.get(ErrorKind::usage), body, nullptr);
  }
  void use_widths(std::span<const std::uint8_t> widths) override { widths_.set(widths); }

 private:
  SharedWidths widths_;
};

class SharedDecoder : public Decoder {
 public:
  explicit SharedDecoder(std::size_t channels) : widths_(channels) {}
  void decode(BodyView body, const CallInfo&, MutableMatrixView out) override {
    ByteReader metadata(body.metadata, "shared body");
    minmax_decode(metadata, body.payload, widths_.get(ErrorKind::peer), out);
    metadata.expect_end();
  }
  void use_widths(std::span<const std::uint8_t> widths) override { widths_.set(widths); }

 private:
  SharedWidths widths_;
};

class SharedCodec : public Codec {
 public:
  std::string spec() const override { return "shared"; }
  BodySize body_size(const BodyFacts& facts, const CodecContext& context) const override {
    BodySize size =
        minmax_size(facts.rows, context.channels, facts.width_sum, facts.passthrough_channels, facts.dtype);
    size.exact = !facts.at_most;
    return size;
  }
  // The widths are not known before the activation crosses: 8 bits are the upper bound.
  BodyFacts expected_facts(const ExpectedRows& rows, std::uint32_t,
                           const CodecContext& context) const override {
    BodyFacts facts;
    facts.rows = rows.all;
    facts.channels = context.channels;
    facts.width_sum = 8 * std::uint64_t{context.channels};
    facts.mean_width = 8.0;
    facts.at_most = true;
    return facts;
  }
  std::uint64_t largest_payload(std::size_t rows, std::size_t channels) const override {
    return largest_column_payload(rows, channels, 8);
  }
  CodingCost cost() const override { return CodingCost::quantised; }
  bool shares_widths() const override { return true; }

 private:
  std::unique_ptr<Encoder> new_encoder(const CodecContext& context) const override {
    check(context);
    return std::make_unique<SharedEncoder>(context.channels);
  }
  std::unique_ptr<Decoder> new_decoder(const CodecContext& context) const override {
    check(context);
    return std::make_unique<SharedDecoder>(context.channels);
  }

  static void check(const CodecContext& context) {
    if (is_activation(context.crossing)) {
      usage_error(
          "codec \"shared\": codes gradients with the widths of their activation; choose another codec "
          "for " +
          std::string(name_of(context.crossing)));
    }
  }
};

}  // namespace

std::unique_ptr<Codec> make_shared_widths(const SpecParams& params) {
  static_cast<void>(parse_parameters<NoParameters>(params));
  return std::make_unique<SharedCodec>();
}

CodecInfo shared_info() {
  return {"shared",
          "gradients with the widths per channel that the activation of the same cut used",
          "6·H + Σb·⌈N/8⌉ (raw channels N·4 or N·2 bytes, constant ones no payload)",
          "|x − x̂| ≤ s/2, s = range/2^b, the range up to 2^−7 larger (bf16, rounded up); + 2^−8·|x̂| in a "
          "bf16 model",
          {}};
}

}  // namespace cutlink::codecs
