#include "model/llama/model_family.h"

#include <algorithm>
#include <array>

namespace cutlink::model {
namespace {

constexpr std::array plain_block = {
    BlockWeight::attention_norm, BlockWeight::q,    BlockWeight::k,  BlockWeight::v,    BlockWeight::o,
    BlockWeight::mlp_norm,       BlockWeight::gate, BlockWeight::up, BlockWeight::down,
};

constexpr std::array<std::string_view, 1> unscaled_rope = {"default"};

constexpr std::array llama_must_be_off = {
    "attention_bias",        "mlp_bias",       "attention_dropout",
    "quantization_config",   "sliding_window", "use_sliding_window",
    "partial_rotary_factor", "logit_scale",    "rope_interleaved",
};

constexpr std::array families = {
    ModelFamily{.model_type = "llama",
                .architecture = "LlamaForCausalLM",
                .block_weights = plain_block,
                .rope_types = unscaled_rope,
                .must_be_off = llama_must_be_off,
                .max_positions = 2048},
};

}  // namespace

std::span<const ModelFamily> model_families() { return families; }

const ModelFamily* find_family(std::string_view architecture) {
  const auto row = std::ranges::find(families, architecture, &ModelFamily::architecture);
  return row == families.end() ? nullptr : &*row;
}

}  // namespace cutlink::model
