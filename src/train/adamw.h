// AdamW (arXiv 1711.05101, as in torch.optim.AdamW) with clipping by the norm over all its parameters.
#pragma once

#include <vector>

#include "base/byte_io.h"
#include "model/llama/lora.h"
#include "train/spec.h"

namespace cutlink::train {

class AdamW {
 public:
  // parameters: fp32 leaves, dense; the tensors are shared, not copied. Their order fixes the order of the
  // norm's summation, hence its last bits.
  AdamW(std::vector<model::NamedParameter> parameters, const OptimizerSpec& spec);

  // Clips, steps with this learning rate and drops the gradients. A parameter without a gradient stays as it
  // is. Returns the norm before clipping. Throws Error(run) where the norm is not finite: the gradients are
  // dropped then, all else is as before.
  double step(double learning_rate);
  void drop_gradients();

  // Parameters, moments and the count of steps. restore() throws the reader's Error where names or sizes do
  // not fit; some parameters may have been replaced then.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  struct Slot {
    model::NamedParameter parameter;
    std::size_t begin = 0, size = 0;  // in the moments
  };

  OptimizerSpec spec_;
  std::vector<Slot> slots_;
  std::vector<float> first_, second_;  // moments of all parameters, flat
  std::uint64_t steps_ = 0;
};

}  // namespace cutlink::train
