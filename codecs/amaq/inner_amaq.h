// where = all: amaq inside a half. One bank of gates spans all of the half's blocks, so that one budget is
// shared out by layer and by channel. What a block sees is what a frame would have carried; nothing is sent.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/matrix.h"
#include "base/records.h"
#include "codecs/amaq/width_learner.h"
#include "codecs/codec.h"
#include "codecs/owned_matrix.h"

namespace cutlink::codecs {

// Fixed for the life of the quantisers of one half.
struct InnerShape {
  Half half = Half::client;
  std::size_t blocks = 0;         // matrices a micro-batch that are quantised, >= 1
  std::size_t channels = 0;       // H
  std::size_t max_positions = 0;  // longest sequence; per = token needs it
  std::uint32_t total_steps = 0;  // of the run
};

class InnerAmaq {
 public:
  InnerAmaq(const amaq::AmaqParameters& parameters, const InnerShape& shape);

  // x_hat becomes what a decoder would give for x (the same shape and type; may be x itself); outlier rows
  // stay as they are, exactly. block: 0 … blocks − 1. A training call keeps what learn() needs of x.
  void quantise(std::size_t block, MatrixView x, MutableMatrixView x_hat, const CallInfo& call);
  // gradient: of the loss with respect to x_hat of the block's last training quantise(). In any order of
  // blocks, at most once each; a block that is left out learns nothing from this micro-batch.
  void learn(std::size_t block, MatrixView gradient);
  // One step of the gates, after the last micro-batch of a step.
  void end_step() { learner_.end_step(); }

  // Integer widths of a block, a gate each.
  [[nodiscard]] std::span<const std::uint8_t> widths(std::size_t block) const {
    return learner_.table(block);
  }
  [[nodiscard]] std::vector<Event> take_events() { return learner_.take_events(); }

  // Between learn() and the next quantise().
  void save(ByteWriter& out) const { learner_.save(out); }
  void restore(ByteReader& in) { learner_.restore(in); }

 private:
  amaq::Per per_;
  OutlierOptions outliers_;
  amaq::WidthLearner learner_;
  std::vector<std::vector<std::uint32_t>> escaped_;  // a block: outlier rows of its last training call
};

// spec: an amaq codec with where=all; stages after a '+' are of no concern inside a half.
// Throws Error(usage) where it is anything else.
[[nodiscard]] std::unique_ptr<InnerAmaq> make_inner_amaq(std::string_view spec, const InnerShape& shape);

}  // namespace cutlink::codecs
