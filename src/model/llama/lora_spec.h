// What LoRA adds to which projections. Knows no torch, so that scenarios and handshakes may name it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cutlink::model {

// y = x·Wᵀ + (alpha / r)·(x·Aᵀ)·Bᵀ (arXiv 2106.09685).
struct LoraSpec {
  std::size_t r = 16;
  double alpha = 32.0;
  std::vector<std::string> targets = {"q_proj",    "k_proj",  "v_proj",   "o_proj",
                                      "gate_proj", "up_proj", "down_proj"};
};

}  // namespace cutlink::model
