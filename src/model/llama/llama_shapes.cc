#include "model/llama/llama_shapes.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/checked.h"
#include "base/error.h"

namespace cutlink::model {

WeightShape block_weight(const LlamaConfig& config, std::size_t index, BlockWeight weight) {
  const auto hidden = static_cast<std::int64_t>(config.hidden);
  const auto queries = static_cast<std::int64_t>(config.heads * config.head_dim);
  const auto keys = static_cast<std::int64_t>(config.kv_heads * config.head_dim);
  const auto wide = static_cast<std::int64_t>(config.intermediate);
  const std::string at = "model.layers." + std::to_string(index) + ".";
  switch (weight) {
    case BlockWeight::attention_norm:
      return {at + "input_layernorm.weight", {hidden}};
    case BlockWeight::q:
      return {at + "self_attn.q_proj.weight", {queries, hidden}};
    case BlockWeight::k:
      return {at + "self_attn.k_proj.weight", {keys, hidden}};
    case BlockWeight::v:
      return {at + "self_attn.v_proj.weight", {keys, hidden}};
    case BlockWeight::o:
      return {at + "self_attn.o_proj.weight", {hidden, queries}};
    case BlockWeight::mlp_norm:
      return {at + "post_attention_layernorm.weight", {hidden}};
    case BlockWeight::gate:
      return {at + "mlp.gate_proj.weight", {wide, hidden}};
    case BlockWeight::up:
      return {at + "mlp.up_proj.weight", {wide, hidden}};
    case BlockWeight::down:
      return {at + "mlp.down_proj.weight", {hidden, wide}};
  }
  return {};
}

std::vector<WeightShape> block_weights(const LlamaConfig& config, std::size_t index) {
  std::vector<WeightShape> weights;
  for (const BlockWeight weight : config.family->block_weights) {
    weights.push_back(block_weight(config, index, weight));
  }
  return weights;
}

std::vector<WeightShape> all_weights(const LlamaConfig& config) {
  const auto hidden = static_cast<std::int64_t>(config.hidden);
  const auto vocabulary = static_cast<std::int64_t>(config.vocabulary);
  std::vector<WeightShape> all = {{"model.embed_tokens.weight", {vocabulary, hidden}}};
  for (std::size_t index = 0; index < config.blocks; ++index) {
    std::ranges::move(block_weights(config, index), std::back_inserter(all));
  }
  all.push_back({"model.norm.weight", {hidden}});
  if (!config.tied_embeddings) {
    all.push_back({"lm_head.weight", {vocabulary, hidden}});
  }
  return all;
}

namespace {

bool repeats_the_config(std::string_view name) {
  return name.ends_with("rotary_emb.inv_freq") || name.ends_with(".attn.bias") ||
         name.ends_with(".masked_bias") || name.ends_with("position_ids");
}

bool is_tied_head(const LlamaConfig& config, const Checkpoint& checkpoint, const std::string& name) {
  if (!config.tied_embeddings || name != "lm_head.weight") {
    return false;
  }
  const StoredTensor& head = *checkpoint.tensors().at(name);
  const StoredTensor& embedding = *checkpoint.tensors().at("model.embed_tokens.weight");
  return head.type == embedding.type && std::ranges::equal(head.bytes, embedding.bytes);
}

}  // namespace

void check_weights(const LlamaConfig& config, const Checkpoint& checkpoint) {
  std::set<std::string> used;
  for (const WeightShape& weight : all_weights(config)) {
    static_cast<void>(checkpoint.get(weight.name, {weight.shape.begin(), weight.shape.end()}));
    used.insert(weight.name);
  }
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    if (!used.contains(name) && !repeats_the_config(name) && !is_tied_head(config, checkpoint, name)) {
      usage_error(
          checkpoint.directory().string() + ": tensor \"" + name +
          "\" would not be used: config.json describes a model without it, whose results are others; such a "
          "model is not computed here");
    }
  }
}

// A block keeps at least its input, q, k, v, the attention's output and the MLP's three inner matrices.
std::uint64_t activation_bytes(const LlamaConfig& config, std::size_t blocks, std::uint64_t rows,
                               DType compute) {
  const std::uint64_t columns = 2 * config.hidden +
                                (2 * config.heads + 2 * config.kv_heads) * config.head_dim +
                                2 * config.intermediate;
  return checked_mul(rows, checked_mul(blocks * columns, size_of(compute), "activations"), "activations");
}

}  // namespace cutlink::model
