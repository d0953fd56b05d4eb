// Names and shapes of a LLaMA's weights, as a Hugging Face checkpoint has them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/matrix.h"
#include "model/llama/llama_config.h"
#include "model/weights/safetensors.h"

namespace cutlink::model {

struct WeightShape {
  std::string name;  // whole: "model.layers.3.mlp.up_proj.weight"
  std::vector<std::int64_t> shape;
};

// One weight of block `index`.
[[nodiscard]] WeightShape block_weight(const LlamaConfig& config, std::size_t index, BlockWeight weight);
// All weights that block `index` has in the model's family, in the family's order.
[[nodiscard]] std::vector<WeightShape> block_weights(const LlamaConfig& config, std::size_t index);
// All weights of a model: embedding, blocks, norm, and the head unless it is tied to the embedding.
[[nodiscard]] std::vector<WeightShape> all_weights(const LlamaConfig& config);

// Throws Error(usage) if the checkpoint lacks a weight, has it in another shape, or has a tensor that the model would not
// use: it would compute another result in silence. Passed over: what only repeats the configuration (inverse frequencies,
// masks, positions), and a tied head with the embedding's bytes.
void check_weights(const LlamaConfig& config, const Checkpoint& checkpoint);

// What the backward of `blocks` blocks needs of a micro-batch of `rows` tokens. Throws Error(usage) beyond 64
// bits.
[[nodiscard]] std::uint64_t activation_bytes(const LlamaConfig& config, std::size_t blocks,
                                             std::uint64_t rows, DType compute);

}  // namespace cutlink::model
