#include "codecs/uniform/uniform.h"

#include <cmath>

#include "base/checked.h"
#include "base/error.h"
#include "codecs/grid/column_frame.h"
#include "codecs/uniform/uniform_body.h"
#include "codecs/uniform/uniform_parameters.h"

namespace cutlink::codecs {
namespace {

class UniformCodec : public Codec {
 public:
  explicit UniformCodec(const UniformParameters& parameters) : p_(parameters) {
    if (p_.range == GridRange::absmax) {
      check_absmax(spec());
    }
  }

  std::string spec() const override { return canonical_spec("uniform", p_); }

  BodySize body_size(const BodyFacts& facts, const CodecContext& context) const override {
    BodySize size = plan(context).body_size(facts);
    if (p_.outliers.on(context.crossing)) {
      size.outlier_bytes = outlier_section_bytes(facts.escaped_rows, context.channels);
    }
    return size;
  }

  BodyFacts expected_facts(const ExpectedRows& rows, std::uint32_t step,
                           const CodecContext& context) const override {
    return plan(context).expected_facts(rows, step);
  }

  std::uint64_t largest_payload(std::size_t rows, std::size_t channels) const override {
    const auto width = static_cast<unsigned>(std::ceil(p_.bits.start));
    if (p_.per == Per::channel || channels == 0) {
      return largest_column_payload(rows, channels, width);
    }
    static_cast<void>(checked_add(channels, p_.group, "channels", ErrorKind::peer));  // the layout adds them
    const ColumnLayout layout(p_.per, p_.group, channels);
    const std::uint64_t columns = checked_mul(rows, layout.columns(1), "columns", ErrorKind::peer);
    return largest_column_payload(layout.tokens(1), columns, width);
  }

  CodingCost cost() const override { return CodingCost::quantised; }

  std::string spike_advice() const override {
    return p_.bits.falls()
               ? "widths fall too fast: lengthen `steps` of uniform or let its `bits` end higher, or lower "
                 "train.lr"
               : "raise `bits` of uniform, lower train.lr, or lengthen train.warmup";
  }

  std::uint32_t hold_begins(const CodecContext& context) const override {
    return p_.bits.fall_steps(context.total_steps);
  }

 private:
  std::unique_ptr<Encoder> new_encoder(const CodecContext& context) const override {
    std::unique_ptr<Encoder> encoder = make_uniform_encoder(plan(context));
    return p_.outliers.on(context.crossing) ? with_outliers(std::move(encoder), p_.outliers.threshold)
                                            : std::move(encoder);
  }
  std::unique_ptr<Decoder> new_decoder(const CodecContext& context) const override {
    std::unique_ptr<Decoder> decoder = make_uniform_decoder(plan(context));
    return p_.outliers.on(context.crossing) ? with_outliers(std::move(decoder)) : std::move(decoder);
  }

  void check_absmax(const std::string& where) const {
    if (std::floor(p_.bits.end) < 2.0) {
      usage_error(
          "codec \"" + where + "\": bits=" + shortest(p_.bits.end) +
          ": one bit cannot hold a symmetric grid with zero (write range=minmax, or bits of 2 and up)");
    }
  }

  UniformPlan plan(const CodecContext& context) const {
    UniformPlan plan;
    plan.context = context;
    plan.bits = p_.bits;
    plan.per = p_.per;
    plan.group = p_.group;
    plan.stochastic = p_.stochastic;
    plan.range = p_.range.value_or(is_activation(context.crossing) ? GridRange::minmax : GridRange::absmax);
    if (plan.range == GridRange::absmax) {
      check_absmax(spec() + "\" on \"" + name_of(context.crossing));
    }
    return plan;
  }

  UniformParameters p_;
};

}  // namespace

std::unique_ptr<Codec> make_uniform(const SpecParams& params) {
  return std::make_unique<UniformCodec>(parse_parameters<UniformParameters>(params));
}

CodecInfo uniform_info() {
  return {
      "uniform", "one fixed width per channel, token or block; fractions give a share of them one bit more",
      "columns·(6 minmax | 2 absmax) + Σb·⌈tokens of a column/8⌉ [+ 1 + ⌈N/8⌉ with zero rows] [+ outlier "
      "rows "
      "4 + k·(4 + 2H)]; constant columns cost no payload, raw ones 4 or 2 bytes an element",
      "minmax: |x − x̂| ≤ s/2, s = range/2^b; stochastic ≤ s, s = range/(2^b − 1), unbiased; absmax: ≤ s/2 "
      "(stochastic ≤ s, unbiased), s = max|x|/(2^(b−1) − 1); ranges grow by ≤ 2^−7 (bf16, rounded up); "
      "+ 2^−8·|x̂| in a bf16 model",
      parameter_rows<UniformParameters>()};
}

}  // namespace cutlink::codecs
