// where = all: amaq inside a half. One bank of gates spans all of the half's blocks, so that one budget is
// shared out by layer and by channel. What a block sees is what a frame would have carried; nothing is sent.
#pragma once

#include <span>
#include <vector>

#include "base/matrix.h"
#include "base/records.h"
#include "codecs/amaq/width_learner.h"
#include "codecs/codec.h"
#include "codecs/inner_quantiser.h"

namespace cutlink::codecs::amaq {

// Outlier rows stay as they are, exactly.
class InnerAmaq final : public InnerQuantiser {
 public:
  InnerAmaq(const AmaqParameters& parameters, const InnerShape& shape);

  void quantise(std::size_t block, MatrixView x, MutableMatrixView x_hat, const CallInfo& call) override;
  void learn(std::size_t block, MatrixView gradient) override;
  void end_step() override { learner_.end_step(); }

  // A width a gate.
  [[nodiscard]] std::span<const std::uint8_t> widths(std::size_t block) const override {
    return learner_.table(block);
  }
  [[nodiscard]] std::vector<Event> take_events() override { return learner_.take_events(); }

  void save(ByteWriter& out) const override { learner_.save(out); }
  void restore(ByteReader& in) override { learner_.restore(in); }

 private:
  Per per_;
  OutlierOptions outliers_;
  WidthLearner learner_;
  std::vector<std::vector<std::uint32_t>> escaped_;  // a block: outlier rows of its last training call
};

}  // namespace cutlink::codecs::amaq
