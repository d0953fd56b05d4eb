// Encoder and decoder of `uniform`, once the parameters are resolved for a crossing.
#pragma once

#include <memory>

#include "codecs/codec.h"
#include "codecs/uniform/column_layout.h"
#include "codecs/uniform/width_shares.h"

namespace cutlink::codecs {

enum class GridRange : std::uint8_t { minmax, absmax };

// What both ends need, for one crossing. (minmax, nearest) is the mid-rise grid, the others are mid-tread.
struct UniformPlan {
  CodecContext context;
  BitPlan bits;
  Per per = Per::channel;
  std::size_t group = 64;  // channels of a block at most
  bool stochastic = false;
  GridRange range = GridRange::minmax;

  [[nodiscard]] ColumnLayout layout() const { return {per, group, context.channels}; }
  // Bytes of a body without outlier rows and stages.
  [[nodiscard]] BodySize body_size(const BodyFacts& facts) const;
  [[nodiscard]] BodyFacts expected_facts(const ExpectedRows& rows, std::uint32_t step) const;
};

[[nodiscard]] std::unique_ptr<Encoder> make_uniform_encoder(const UniformPlan& plan);
[[nodiscard]] std::unique_ptr<Decoder> make_uniform_decoder(const UniformPlan& plan);

}  // namespace cutlink::codecs
