// The base weights of one block, by name.
#pragma once

#include <cstdint>

namespace cutlink::model {

enum class BlockWeight : std::uint8_t {
  attention_norm,  // before q, k and v
  q,
  k,
  v,
  o,         // of the attention's output
  mlp_norm,  // before gate and up
  gate,
  up,
  down,
};

}  // namespace cutlink::model
