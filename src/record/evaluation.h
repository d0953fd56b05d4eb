// A loss over the evaluation set.
#pragma once

#include <cstdint>
#include <optional>

namespace cutlink::record {

// A loss over the evaluation set after `step` optimizer steps.
struct Evaluation {
  std::uint32_t step = 0;
  double loss = 0.0;                 // with the codecs in the loop
  std::optional<double> loss_plain;  // without, where eval.plain is set
};

}  // namespace cutlink::record
