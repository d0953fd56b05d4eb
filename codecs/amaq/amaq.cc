#include "codecs/amaq/amaq.h"

#include <cmath>
#include <string>
#include <utility>

#include "codecs/amaq/amaq_decoder.h"
#include "codecs/amaq/amaq_encoder.h"
#include "codecs/amaq/amaq_parameters.h"
#include "codecs/amaq/inner_amaq.h"
#include "codecs/amaq/width_table.h"
#include "codecs/grid/column_frame.h"
#include "codecs/grid/minmax_grid.h"

namespace cutlink::codecs {
namespace amaq {
namespace {

class AmaqCodec final : public Codec {
 public:
  explicit AmaqCodec(AmaqParameters parameters) : p_(std::move(parameters)) {}

  std::string spec() const override { return p_.spec(); }

  BodySize body_size(const BodyFacts& facts, const CodecContext& context) const override {
    const std::size_t rows = facts.rows - facts.escaped_rows;
    const bool by_channel = p_.per == Per::channel;
    BodySize size =
        by_channel
            ? minmax_size(rows, facts.channels, facts.width_sum, facts.passthrough_channels, facts.dtype)
            : minmax_size(facts.channels, rows, facts.width_sum, facts.passthrough_channels, facts.dtype);
    size.metadata_bytes +=
        width_table_bytes(by_channel ? facts.channels : context.max_positions, facts.width_table);
    if (p_.outliers.on(context.crossing)) {
      size.outlier_bytes = outlier_section_bytes(facts.escaped_rows, facts.channels);
    }
    size.exact = !facts.at_most;
    return size;
  }

  // A table in every frame: in the descent widths change at every step, in the hold at most.
  BodyFacts expected_facts(const ExpectedRows& rows, std::uint32_t step,
                           const CodecContext& context) const override {
    BodyFacts facts;
    facts.rows = rows.all;
    facts.channels = context.channels;
    facts.mean_width = p_.descent(context.total_steps).reference(step);
    const std::size_t columns = p_.per == Per::channel ? context.channels : rows.all;
    facts.width_sum =
        static_cast<std::uint64_t>(std::llround(static_cast<double>(columns) * facts.mean_width));
    facts.width_table = true;
    facts.at_most = true;
    return facts;
  }

  std::uint32_t hold_begins(const CodecContext& context) const override {
    return p_.descent(context.total_steps).steps;
  }

  std::uint64_t largest_payload(std::size_t rows, std::size_t channels) const override {
    const auto width = static_cast<unsigned>(p_.b_max);
    return p_.per == Per::channel ? largest_column_payload(rows, channels, width)
                                  : largest_column_payload(channels, rows, width);
  }

  CodingCost cost() const override { return CodingCost::quantised; }

  std::unique_ptr<InnerQuantiser> make_inner(const InnerShape& shape) const override {
    if (!p_.inside) {
      return nullptr;
    }
    if (p_.per == Per::token && shape.max_positions == 0) {
      usage_error("codec \"" + spec() + "\": per=token needs the length of the longest sequence");
    }
    return std::make_unique<InnerAmaq>(p_, shape);
  }

  std::string spike_advice() const override {
    return std::string("widths fall too fast: raise `start` or lengthen `steps` of amaq") +
           (p_.control == Control::budget ? "" : ", lower its `beta`") + ", or lower train.lr";
  }

 private:
  std::unique_ptr<Encoder> new_encoder(const CodecContext& context) const override {
    check(context);
    auto encoder = std::make_unique<AmaqEncoder>(p_, context);
    return p_.outliers.on(context.crossing) ? with_outliers(std::move(encoder), p_.outliers.threshold)
                                            : std::move(encoder);
  }
  std::unique_ptr<Decoder> new_decoder(const CodecContext& context) const override {
    check(context);
    auto decoder = std::make_unique<AmaqDecoder>(p_, context);
    return p_.outliers.on(context.crossing) ? with_outliers(std::move(decoder)) : std::move(decoder);
  }

  void check(const CodecContext& context) const {
    if (!is_activation(context.crossing)) {
      usage_error("codec \"" + spec() + "\" learns from the gradient that comes back, so it cannot code " +
                  name_of(context.crossing) +
                  ": use it for activations, and uniform or shared for gradients");
    }
    if (p_.per == Per::token && context.max_positions == 0) {
      usage_error("codec \"" + spec() + "\" needs the length of the longest sequence");
    }
  }

  AmaqParameters p_;
};

}  // namespace
}  // namespace amaq

std::unique_ptr<Codec> make_amaq(const SpecParams& params) {
  return std::make_unique<amaq::AmaqCodec>(amaq::AmaqParameters::parse(params));
}

CodecInfo amaq_info() {
  return {"amaq", "widths learned by channel (or position) while their mean falls from start to target",
          "payload Σ_h b_h·⌈N/8⌉; metadata 1 + 6·H, + ⌈H/2⌉ when widths changed, + N·size a raw channel "
          "(per=token: "
          "H and N change places, ⌈positions/2⌉); outlier rows 4 + (4 + 2·H) each",
          "s/2 with s = r_h/2^b_h and r_h the channel's range rounded up to bf16, plus fp32 (bf16) rounding",
          amaq::AmaqParameters::help()};
}

}  // namespace cutlink::codecs
