// What each half of a split holds of the model.
#pragma once

#include "model/llama/llama.h"
#include "model/llama/llama_config.h"
#include "train/spec.h"

namespace cutlink::train {

// Throw Error(usage) where the split leaves the server without a block, or where it has a top in the vanilla
// shape.
[[nodiscard]] model::Part client_part(const SplitSpec& split, const model::LlamaConfig& config);
[[nodiscard]] model::Part server_part(const SplitSpec& split, const model::LlamaConfig& config);
[[nodiscard]] model::Part whole_model(const model::LlamaConfig& config);

// The block of a parameter name such as "model.layers.3.self_attn.q_proj.lora_A.weight".
[[nodiscard]] std::size_t block_of(const std::string& parameter_name);

}  // namespace cutlink::train
