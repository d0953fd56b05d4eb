#include "codecs/uniform/uniform.h"

#include <array>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "codecs/stages/outliers.h"
#include "codecs/uniform/uniform_body.h"

namespace cutlink::codecs {
namespace {

constexpr std::array<std::string_view, 8> keys = {"bits",  "steps", "per",      "group",
                                                  "round", "range", "outliers", "outlier_threshold"};
constexpr std::array<std::string_view, 3> pers = {"channel", "token", "block"};
constexpr std::array<std::string_view, 2> rounds = {"nearest", "stochastic"};
constexpr std::array<std::string_view, 2> ranges = {"minmax", "absmax"};

template <typename Enum, std::size_t n>
Enum choice(const SpecParams& params, std::string_view key, const std::array<std::string_view, n>& names) {
  const std::string value = params.one_of(key, names[0], names);
  std::size_t i = 0;
  while (names[i] != value) {
    ++i;
  }
  return static_cast<Enum>(i);
}

class UniformCodec : public Codec {
 public:
  explicit UniformCodec(const SpecParams& params) {
    params.expect_only(keys);
    bits_ = BitPlan::from(params);
    per_ = choice<Per>(params, "per", pers);
    group_ = params.whole_number("group", default_group, 8, 65536);
    if (params.has("group") && per_ != Per::block) {
      params.refuse("group", "only blocks have a size (write per=block)");
    }
    stochastic_ = choice<int>(params, "round", rounds) == 1;
    if (params.has("range")) {
      range_ = choice<GridRange>(params, "range", ranges);
    }
    outliers_ = OutlierOptions::from(params);
    if (range_ == GridRange::absmax) {
      check_absmax(spec());
    }
  }

  std::string spec() const override {
    SpecText text("uniform");
    bits_.add_to(text);
    if (per_ != Per::channel) {
      text.add("per", pers[static_cast<std::size_t>(per_)]);
    }
    if (group_ != default_group) {
      text.add("group", std::to_string(group_));
    }
    if (stochastic_) {
      text.add("round", "stochastic");
    }
    if (range_.has_value()) {  // the default depends on the crossing
      text.add("range", ranges[static_cast<std::size_t>(*range_)]);
    }
    outliers_.add_to(text);
    return text.text();
  }

  std::unique_ptr<Encoder> make_encoder(const CodecContext& context) const override {
    std::unique_ptr<Encoder> encoder = make_uniform_encoder(plan(context));
    return outliers_.on(context.crossing) ? with_outliers(std::move(encoder), outliers_.threshold)
                                          : std::move(encoder);
  }

  std::unique_ptr<Decoder> make_decoder(const CodecContext& context) const override {
    std::unique_ptr<Decoder> decoder = make_uniform_decoder(plan(context));
    return outliers_.on(context.crossing) ? with_outliers(std::move(decoder)) : std::move(decoder);
  }

  BodySize body_size(const BodyFacts& facts, const CodecContext& context) const override {
    BodySize size = plan(context).body_size(facts);
    if (outliers_.on(context.crossing)) {
      size.outlier_bytes = outlier_section_bytes(facts.escaped_rows, context.channels);
    }
    return size;
  }

  BodyFacts expected_facts(const ExpectedRows& rows, std::uint32_t step,
                           const CodecContext& context) const override {
    return plan(context).expected_facts(rows, step);
  }

  std::uint32_t hold_begins(const CodecContext& context) const override {
    return bits_.fall_steps(context.total_steps);
  }

 private:
  static constexpr std::uint32_t default_group = 64;

  void check_absmax(const std::string& where) const {
    if (std::floor(bits_.end) < 2.0) {
      usage_error(
          "codec \"" + where + "\": bits=" + shortest(bits_.end) +
          ": one bit cannot hold a symmetric grid with zero (write range=minmax, or bits of 2 and up)");
    }
  }

  UniformPlan plan(const CodecContext& context) const {
    UniformPlan plan;
    plan.context = context;
    plan.bits = bits_;
    plan.per = per_;
    plan.group = group_;
    plan.stochastic = stochastic_;
    plan.range = range_.value_or(is_activation(context.crossing) ? GridRange::minmax : GridRange::absmax);
    if (plan.range == GridRange::absmax) {
      check_absmax(spec() + "\" on \"" + name_of(context.crossing));
    }
    return plan;
  }

  BitPlan bits_;
  Per per_ = Per::channel;
  std::uint32_t group_ = default_group;
  bool stochastic_ = false;
  std::optional<GridRange> range_;  // unset: minmax for activations, absmax for gradients
  OutlierOptions outliers_;
};

}  // namespace

std::unique_ptr<Codec> make_uniform(const SpecParams& params) {
  return std::make_unique<UniformCodec>(params);
}

CodecInfo uniform_info() {
  CodecInfo info{
      "uniform",
      "one fixed width per channel, token or block; fractions give a share of them one bit more",
      "columns·(6 minmax | 2 absmax) + Σb·⌈tokens of a column/8⌉ [+ 1 + ⌈N/8⌉ with zero rows] [+ outlier "
      "rows "
      "4 + k·(4 + 2H)]; constant columns cost no payload, raw ones 4 or 2 bytes an element",
      "minmax: |x − x̂| ≤ s/2, s = range/2^b; stochastic ≤ s, s = range/(2^b − 1), unbiased; absmax: ≤ s/2 "
      "(stochastic ≤ s, unbiased), s = max|x|/(2^(b−1) − 1); ranges grow by ≤ 2^−7 (bf16, rounded up); "
      "+ 2^−8·|x̂| in a bf16 model",
      {{"bits", "1–8, also fractions such as 2.5, or a fall such as 8-4", "none: must be given",
        "mean width in bits"},
       {"steps", "1 and up", "a third of the run", "steps of a fall"},
       {"per", "channel, token, block", "channel", "what shares one range"},
       {"group", "8–65536", "64", "channels of a block at most (per=block)"},
       {"round", "nearest, stochastic", "nearest", "rounding; stochastic is unbiased"},
       {"range", "minmax, absmax", "minmax for activations, absmax for gradients",
        "from smallest to largest, or symmetric about an exact zero (2 bits and up)"}}};
  for (ParameterInfo& parameter : outlier_parameters()) {
    info.parameters.push_back(std::move(parameter));
  }
  return info;
}

}  // namespace cutlink::codecs
