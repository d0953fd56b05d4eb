// LoRA (arXiv 2106.09685): y = x·Wᵀ + (alpha / r)·(x·Aᵀ)·Bᵀ, W frozen, A and B in fp32.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "model/llama/lora_spec.h"

namespace cutlink::model {

// A trainable parameter by its PEFT name without prefix, e.g.
// "model.layers.3.self_attn.q_proj.lora_A.weight".
struct NamedParameter {
  std::string name;
  at::Tensor value;  // leaf, fp32, requires_grad
};

// Writes adapter_model.safetensors and adapter_config.json as peft does (names with "base_model.model.").
void save_adapters(const std::filesystem::path& directory, const LoraSpec& spec,
                   const std::string& base_model, const std::vector<NamedParameter>& parameters);
// Fills `parameters` by name. Throws Error(usage) if one is missing or has another shape.
void load_adapters(const std::filesystem::path& directory, const LoraSpec& spec,
                   std::vector<NamedParameter>& parameters);
// r, alpha and targets of a saved adapter_config.json; refuses options that are not supported.
[[nodiscard]] LoraSpec load_lora_spec(const std::filesystem::path& directory);

}  // namespace cutlink::model
