// The sending end of amaq: learned widths, the table of widths where it changed, the grid's symbols.
#pragma once

#include <vector>

#include "codecs/amaq/width_learner.h"
#include "codecs/codec.h"

namespace cutlink::codecs::amaq {

class AmaqEncoder final : public Encoder {
 public:
  AmaqEncoder(const AmaqParameters& parameters, const CodecContext& context);

  BodyFacts encode(MatrixView x, const CallInfo& call, Body& body) override;
  [[nodiscard]] bool learns() const override { return true; }
  void learn(MatrixView gradient) override;
  // As last sent: what the decoder knows too.
  [[nodiscard]] std::span<const std::uint8_t> widths() const override;
  [[nodiscard]] std::vector<Event> take_events() override;
  void save(ByteWriter& out) const override;
  void restore(ByteReader& in) override;

 private:
  Crossing crossing_;
  WidthLearner learner_;            // its events name the crossing
  std::vector<std::uint8_t> sent_;  // table of the last frame; empty: none was sent yet
  bool ends_step_ = true;           // the last training call was its step's last micro-batch
};

}  // namespace cutlink::codecs::amaq
