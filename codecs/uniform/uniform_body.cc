#include "codecs/uniform/uniform_body.h"

#include <cassert>
#include <cstring>
#include <numeric>
#include <optional>

#include "codecs/grid/minmax_grid.h"
#include "codecs/stages/outlier_rows.h"
#include "codecs/uniform/dither.h"
#include "codecs/uniform/tread_grid.h"
#include "codecs/uniform/zero_rows.h"

namespace cutlink::codecs {
namespace {

bool is_mid_rise(const UniformPlan& plan) { return plan.range == GridRange::minmax && !plan.stochastic; }

TreadKind tread_kind(const UniformPlan& plan) {
  return plan.range == GridRange::absmax ? TreadKind::symmetric : TreadKind::range;
}

RngKey dither_key(const CodecContext& context, const CallInfo& call) {
  return {.seed = context.seed,
          .client = context.client,
          .step = call.step,
          .micro_batch = call.micro_batch,
          .phase = static_cast<std::uint32_t>(call.phase),
          .crossing = static_cast<std::uint32_t>(context.crossing),
          .purpose = RngPurpose::stochastic_rounding};
}

class UniformEncoder : public Encoder {
 public:
  explicit UniformEncoder(const UniformPlan& plan)
      : plan_(plan), layout_(plan.layout()), shares_(plan.context) {}

  BodyFacts encode(MatrixView x, const CallInfo& call, Body& body) override {
    assert(x.cols == plan_.context.channels && x.rows >= 1);
    body.clear();
    std::vector<std::uint32_t> zero;
    if (plan_.range == GridRange::absmax) {
      zero = find_zero_rows(x);
      write_zero_section(zero, x.rows, body.metadata);
    }
    const MatrixView sent = sent_rows(x, zero);
    const double bits = plan_.bits.at(call.step, plan_.context.total_steps);
    widths_ = shares_.widths(bits, layout_.columns(sent.rows));
    BodyFacts facts;
    facts.mean_width = bits;
    facts.dtype = x.dtype;
    if (sent.rows > 0) {
      facts = encode_columns(layout_.turn(sent, turned_), call, body);
    }
    facts.rows = x.rows;
    facts.channels = x.cols;
    facts.zero_rows = zero.size();
    return facts;
  }

  std::span<const std::uint8_t> widths() const override {
    return plan_.per == Per::channel ? std::span<const std::uint8_t>(widths_)
                                     : std::span<const std::uint8_t>();
  }

 private:
  MatrixView sent_rows(MatrixView x, const std::vector<std::uint32_t>& zero) {
    if (zero.empty()) {
      return x;
    }
    others_.reset(x.dtype, x.rows - zero.size(), x.cols);
    copy_other_rows(x, zero, others_.mutable_view());
    return others_.view();
  }

  BodyFacts encode_columns(MatrixView columns, const CallInfo& call, Body& body) const {
    if (is_mid_rise(plan_)) {
      return minmax_encode(columns, widths_, body, nullptr);
    }
    std::optional<Dither> dither;
    if (plan_.stochastic) {
      dither.emplace(dither_key(plan_.context, call), columns.cols);
    }
    return tread_encode(columns, tread_kind(plan_), widths_, dither ? &*dither : nullptr, body);
  }

  UniformPlan plan_;
  ColumnLayout layout_;
  WidthShares shares_;
  std::vector<std::uint8_t> widths_;  // of the last encode()
  OwnedMatrix others_;
  OwnedMatrix turned_;
};

class UniformDecoder : public Decoder {
 public:
  explicit UniformDecoder(const UniformPlan& plan)
      : plan_(plan), layout_(plan.layout()), shares_(plan.context) {}

  void decode(BodyView body, const CallInfo& call, MutableMatrixView out) override {
    assert(out.cols == plan_.context.channels);
    ByteReader metadata(body.metadata, "uniform body");
    std::vector<std::uint32_t> zero;
    if (plan_.range == GridRange::absmax) {
      zero = read_zero_section(metadata, out.rows);
    }
    const std::size_t rows = out.rows - zero.size();
    widths_ = shares_.widths(plan_.bits.at(call.step, plan_.context.total_steps), layout_.columns(rows));
    if (rows == 0) {
      if (!body.payload.empty()) {
        metadata.fail("a payload without rows");
      }
    } else if (zero.empty()) {
      decode_rows(metadata, body.payload, out);
    } else {
      others_.reset(out.dtype, rows, out.cols);
      decode_rows(metadata, body.payload, others_.mutable_view());
      scatter_other_rows(others_.view(), zero, out);
    }
    metadata.expect_end();
    const std::size_t row_bytes = out.cols * size_of(out.dtype);
    for (const std::uint32_t r : zero) {
      std::memset(static_cast<std::uint8_t*>(out.data) + r * row_bytes, 0, row_bytes);
    }
  }

  std::span<const std::uint8_t> widths() const override {
    return plan_.per == Per::channel ? std::span<const std::uint8_t>(widths_)
                                     : std::span<const std::uint8_t>();
  }

 private:
  void decode_rows(ByteReader& metadata, ByteSpan payload, MutableMatrixView out) {
    if (plan_.per == Per::channel) {
      decode_columns(metadata, payload, out);
      return;
    }
    turned_.reset(out.dtype, layout_.tokens(out.rows), layout_.columns(out.rows));
    decode_columns(metadata, payload, turned_.mutable_view());
    layout_.turn_back(turned_.view(), out);
  }

  void decode_columns(ByteReader& metadata, ByteSpan payload, MutableMatrixView columns) const {
    if (is_mid_rise(plan_)) {
      minmax_decode(metadata, payload, widths_, columns);
    } else {
      tread_decode(metadata, payload, tread_kind(plan_), widths_, columns);
    }
  }

  UniformPlan plan_;
  ColumnLayout layout_;
  WidthShares shares_;
  std::vector<std::uint8_t> widths_;  // of the last decode()
  OwnedMatrix others_;
  OwnedMatrix turned_;
};

}  // namespace

BodySize UniformPlan::body_size(const BodyFacts& facts) const {
  const std::size_t rows = facts.rows - facts.escaped_rows;  // as this codec sees them
  const std::size_t sent = rows - facts.zero_rows;
  BodySize size;
  if (sent > 0) {
    const ColumnLayout columns = layout();
    const std::size_t tokens = columns.tokens(sent);
    size = is_mid_rise(*this) ? minmax_size(tokens, columns.columns(sent), facts.width_sum,
                                            facts.passthrough_channels, facts.dtype)
                              : tread_size(tokens, columns.columns(sent), tread_kind(*this), facts.width_sum,
                                           facts.passthrough_channels, facts.dtype);
  }
  if (range == GridRange::absmax) {
    size.metadata_bytes += zero_section_bytes(facts.zero_rows, rows);
  }
  return size;
}

// A symmetric grid leaves zero rows out. Between a smallest and a largest value they are rows as any others:
// a column of their own (per token or block) is constant then and carries no symbols.
BodyFacts UniformPlan::expected_facts(const ExpectedRows& rows, std::uint32_t step) const {
  const double mean = bits.at(step, context.total_steps);
  const bool left_out = range == GridRange::absmax;
  const std::size_t columns = layout().columns(left_out ? rows.all - rows.zero.size() : rows.all);
  BodyFacts facts;
  facts.rows = rows.all;
  facts.channels = context.channels;
  facts.zero_rows = left_out ? rows.zero.size() : 0;
  facts.width_sum = share_sum(mean, columns);
  facts.mean_width =
      columns == 0 ? mean : static_cast<double>(facts.width_sum) / static_cast<double>(columns);
  if (!left_out && per != Per::channel && !rows.zero.empty()) {
    const std::vector<std::uint8_t> widths = WidthShares(context).widths(mean, columns);
    const std::size_t of_row = layout().columns(1);
    for (const std::uint32_t row : rows.zero) {
      const auto first = widths.begin() + static_cast<std::ptrdiff_t>(row * of_row);
      facts.width_sum -=
          std::accumulate(first, first + static_cast<std::ptrdiff_t>(of_row), std::uint64_t{0});
    }
  }
  return facts;
}

std::unique_ptr<Encoder> make_uniform_encoder(const UniformPlan& plan) {
  return std::make_unique<UniformEncoder>(plan);
}

std::unique_ptr<Decoder> make_uniform_decoder(const UniformPlan& plan) {
  return std::make_unique<UniformDecoder>(plan);
}

}  // namespace cutlink::codecs
