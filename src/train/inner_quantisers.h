// The quantisers inside a half (codecs with where=all): between its blocks, straight-through, sending
// nothing.
#pragma once

#include <memory>
#include <vector>

#include "base/byte_io.h"
#include "codecs/codec.h"
#include "model/llama/llama.h"
#include "train/crossing_endpoint.h"
#include "train/observer.h"

namespace cutlink::train {

class InnerQuantisers {
 public:
  // Empty where the codec has nothing inside a half. A range's first block is left out: its input has just
  // crossed the cut, or is the embedding. observer must outlive this.
  InnerQuantisers(const codecs::Codec& codec, const codecs::CodecContext& context, Half half,
                  const model::Part& part, Observer& observer);
  ~InnerQuantisers();

  [[nodiscard]] bool empty() const { return state_ == nullptr; }
  // For blocks from `begin` on. batch must outlive the forward; this, the backward.
  [[nodiscard]] model::BlockHook hook(std::size_t begin, const MicroBatch& batch);
  // After the last micro-batch of a step.
  void end_step(std::uint32_t step);

  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::train
