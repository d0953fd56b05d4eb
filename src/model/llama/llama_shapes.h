// Names and shapes of a LLaMA's weights, as a Hugging Face checkpoint has them.
#pragma once

#include <array>
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

// Those of block `index`: its attention's norm, q, k, v, o, its MLP's norm, gate, up, down.
[[nodiscard]] std::array<WeightShape, 9> block_weights(const LlamaConfig& config, std::size_t index);
// All of a model: embedding, blocks, norm, and the head where it is not tied to the embedding.
[[nodiscard]] std::vector<WeightShape> all_weights(const LlamaConfig& config);

// Throws Error(usage) where the checkpoint lacks a weight or has another shape of it.
void check_weights(const LlamaConfig& config, const Checkpoint& checkpoint);

// What the backward of `blocks` blocks needs of a micro-batch of `rows` tokens. Throws Error(usage) beyond 64
// bits.
[[nodiscard]] std::uint64_t activation_bytes(const LlamaConfig& config, std::size_t blocks,
                                             std::uint64_t rows, DType compute);

}  // namespace cutlink::model
