// The receiving end of amaq: keeps the last table of widths, so that its state follows from the frames alone.
#pragma once

#include <vector>

#include "codecs/amaq/amaq_parameters.h"
#include "codecs/codec.h"

namespace cutlink::codecs::amaq {

class AmaqDecoder final : public Decoder {
 public:
  AmaqDecoder(const AmaqParameters& parameters, const CodecContext& context);

  // A body that is refused leaves the table as it was.
  void decode(BodyView body, const CallInfo& call, MutableMatrixView out) override;
  // Of the last frame; empty before the first.
  [[nodiscard]] std::span<const std::uint8_t> widths() const override { return table_; }
  void save(ByteWriter& out) const override;
  void restore(ByteReader& in) override;

 private:
  Per per_;
  int b_min_;
  int b_max_;
  std::size_t gates_;
  std::vector<std::uint8_t> table_;  // empty: no frame came yet
};

}  // namespace cutlink::codecs::amaq
