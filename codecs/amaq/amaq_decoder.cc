#include "codecs/amaq/amaq_decoder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "codecs/amaq/width_layout.h"
#include "codecs/amaq/width_table.h"

namespace cutlink::codecs::amaq {

AmaqDecoder::AmaqDecoder(const AmaqParameters& parameters, const CodecContext& context)
    : per_(parameters.per),
      b_min_(parameters.b_min),
      b_max_(parameters.b_max),
      gates_(parameters.per == Per::channel ? context.channels : context.max_positions) {}

void AmaqDecoder::decode(BodyView body, const CallInfo& call, MutableMatrixView out) {
  ByteReader metadata(body.metadata, "amaq body");
  std::vector<std::uint8_t> table = get_width_table(metadata, gates_, table_, b_min_, b_max_);
  decode_with_table(per_, table, call.positions, metadata, body.payload, out);
  metadata.expect_end();
  table_ = std::move(table);
}

void AmaqDecoder::save(ByteWriter& out) const { out.put_array(std::span<const std::uint8_t>(table_)); }

void AmaqDecoder::restore(ByteReader& in) {
  std::vector<std::uint8_t> table = in.get_array<std::uint8_t>();
  const bool fits =
      std::all_of(table.begin(), table.end(), [this](std::uint8_t b) { return b >= b_min_ && b <= b_max_; });
  if (!fits || (!table.empty() && table.size() != gates_)) {
    in.fail("not a table of " + std::to_string(gates_) + " widths of " + std::to_string(b_min_) + " to " +
            std::to_string(b_max_) + " bits");
  }
  table_ = std::move(table);
}

}  // namespace cutlink::codecs::amaq
