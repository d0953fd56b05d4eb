// What a codec does inside a half, between its blocks: it quantises as a frame would have, but sends nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_io.h"
#include "base/matrix.h"
#include "base/records.h"

namespace cutlink::codecs {

struct CallInfo;

// Fixed for the life of an inner quantiser; one quantiser serves all blocks of one half.
struct InnerShape {
  Half half = Half::client;
  std::size_t blocks = 0;         // matrices a micro-batch that are quantised, >= 1
  std::size_t channels = 0;       // H
  std::size_t max_positions = 0;  // longest sequence, in tokens: widths by position need it
  std::uint32_t total_steps = 0;  // of the run
};

class InnerQuantiser {
 public:
  virtual ~InnerQuantiser() = default;

  // x_hat becomes what a decoder would give for x (the same shape and type; may be x itself). block:
  // 0 … blocks − 1. A training call keeps what learn() needs of x.
  virtual void quantise(std::size_t block, MatrixView x, MutableMatrixView x_hat, const CallInfo& call) = 0;
  // gradient: of the loss with respect to x_hat of the block's last training quantise(). In any order of
  // blocks, at most once each; a block that is left out learns nothing from this micro-batch.
  virtual void learn(std::size_t block, MatrixView gradient) = 0;
  // One step of what is learnt, after the last micro-batch of a step.
  virtual void end_step() = 0;

  // Integer widths of a block as the next quantise() uses them. Empty if the codec has none.
  [[nodiscard]] virtual std::span<const std::uint8_t> widths(std::size_t block) const = 0;
  // What happened since the last call and a person should know. Empties the list.
  [[nodiscard]] virtual std::vector<Event> take_events() = 0;

  // All that a step changes, between learn() and the next quantise(). restore() throws Error if the bytes do
  // not fit.
  virtual void save(ByteWriter& out) const = 0;
  virtual void restore(ByteReader& in) = 0;
};

}  // namespace cutlink::codecs
