// What differs between the families of models that are built of LLaMA's blocks: one row a family.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "model/llama/block_weight.h"

namespace cutlink::model {

// A row promises only what the blocks compute: before a family with biases (Qwen2.5) or with scaled rotary
// positions (LLaMA 3.1 and later) gets its row, BlockWeight and Block, or RopeTable, must know them.
struct ModelFamily {
  std::string_view model_type;    // as config.json has it: "llama"
  std::string_view architecture;  // the one of `architectures` that is read: "LlamaForCausalLM"
  // What a block has, in the order in which all weights of a model are listed and stored.
  std::span<const BlockWeight> block_weights;
  // Kinds of rotary positions that are computed, as config.json names them.
  std::span<const std::string_view> rope_types;
  // Options of config.json that would change what is computed: they must be absent, null, false, 0 or empty.
  std::span<const char* const> must_be_off;
  std::size_t max_positions;  // what transformers takes if config.json does not say
};

// Never empty. The first row also stands for a config.json that names no architecture.
[[nodiscard]] std::span<const ModelFamily> model_families();
// nullptr if no family has this architecture.
[[nodiscard]] const ModelFamily* find_family(std::string_view architecture);

}  // namespace cutlink::model
