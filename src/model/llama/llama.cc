#include "model/llama/llama.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cassert>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/masked_label.h"
#include "model/llama/llama_block.h"
#include "model/llama/llama_loss.h"
#include "model/llama/llama_weights.h"

namespace cutlink::model {
namespace {

const std::vector<std::string>& all_targets() {
  static const std::vector<std::string> targets = LoraSpec{}.targets;
  return targets;
}

void check(const LlamaConfig& config, const Part& part, Training training, const LoraSpec& lora) {
  if (part.bottom_end > config.blocks || part.top_end > config.blocks) {
    usage_error("split: block " + std::to_string(std::max(part.bottom_end, part.top_end)) +
                " is asked for, but the model has " + std::to_string(config.blocks) + " blocks");
  }
  if (training == Training::all && config.tied_embeddings && part.embedding != part.head) {
    usage_error(
        "model: embedding and head are tied; training them in two halves is not supported: train adapters");
  }
  if (training != Training::adapters) {
    return;
  }
  if (lora.r == 0) {
    usage_error("lora.r: 0 is not a rank; use 1 or more");
  }
  for (const std::string& target : lora.targets) {
    if (std::ranges::count(all_targets(), target) == 0) {
      usage_error("lora.targets: unknown projection \"" + target +
                  "\"; known: q_proj k_proj v_proj o_proj gate_proj up_proj down_proj");
    }
  }
}

}  // namespace

RowLayout RowLayout::of(std::span<const std::uint32_t> lengths) {
  RowLayout layout;
  layout.lengths.assign(lengths.begin(), lengths.end());
  for (const std::uint32_t length : lengths) {
    for (std::uint32_t i = 0; i < length; ++i) {
      layout.positions.push_back(i);
    }
  }
  return layout;
}

struct Llama::State {
  LlamaConfig config;
  Part part;
  DType compute = DType::f32;
  Training training = Training::none;
  at::Tensor embedding;  // (V, H), if this part holds it
  // L places, of which those of this part are filled. Never moves: graphs point into it.
  std::vector<std::optional<Block>> blocks;
  HeadWeights head;  // if this part holds it
  std::vector<NamedParameter> parameters;

  RopeTable rope;

  // cos and sin for at least `positions`, grown by doubling.
  RopeTable rope_for(std::size_t positions) {
    const std::size_t have = rope.cos.defined() ? static_cast<std::size_t>(rope.cos.size(0)) : 0;
    if (have < positions) {
      rope = RopeTable::of(std::max(positions, 2 * have), config.head_dim, config.rope_theta);
    }
    return rope;
  }
};

Llama::Llama(const LlamaConfig& config, const Checkpoint* checkpoint, const Part& part, DType compute,
             Training training, const LoraSpec& lora, std::uint64_t seed)
    : state_(std::make_unique<State>()) {
  check(config, part, training, lora);
  State& s = *state_;
  s.config = config;
  s.part = part;
  s.compute = compute;
  s.training = training;
  const WeightSource source(s.config, checkpoint, compute, training, lora, seed);
  const auto vocabulary = static_cast<std::int64_t>(config.vocabulary);
  const auto hidden = static_cast<std::int64_t>(config.hidden);

  if (part.embedding || (part.head && config.tied_embeddings)) {
    s.embedding = source.base("model.embed_tokens.weight", {vocabulary, hidden}, s.parameters);
  }
  s.blocks.resize(config.blocks);
  for (std::size_t i = 0; i < config.blocks; ++i) {
    if (part.holds(i)) {
      s.blocks[i] = source.block(i, s.parameters);
    }
  }
  if (part.head) {
    s.head.norm = source.base("model.norm.weight", {hidden}, s.parameters);
    s.head.head = config.tied_embeddings ? s.embedding
                                         : source.base("lm_head.weight", {vocabulary, hidden}, s.parameters);
    s.head.rms_epsilon = config.rms_epsilon;
  }
}

Llama::Llama(Llama&&) noexcept = default;
Llama::~Llama() = default;

const LlamaConfig& Llama::config() const { return state_->config; }
const Part& Llama::part() const { return state_->part; }
std::vector<NamedParameter>& Llama::parameters() { return state_->parameters; }

at::Tensor Llama::embed(std::span<const std::int32_t> ids) const {
  assert(state_->part.embedding);
  std::vector<std::int64_t> index(ids.begin(), ids.end());
  for (const std::int64_t id : index) {
    if (id < 0 || id >= static_cast<std::int64_t>(state_->config.vocabulary)) {
      usage_error("token " + std::to_string(id) + " is outside the model's vocabulary of " +
                  std::to_string(state_->config.vocabulary) + ": data and model do not belong together");
    }
  }
  const at::Tensor rows = at::embedding(state_->embedding, at::tensor(index, at::kLong));
  return rows.to(state_->compute == DType::f32 ? at::kFloat : at::kBFloat16);
}

at::Tensor Llama::run_blocks(at::Tensor x, std::size_t begin, std::size_t end, const RowLayout& layout,
                             const BlockHook* hook) const {
  State& s = *state_;
  assert(static_cast<std::size_t>(x.size(0)) == layout.rows());
  const std::size_t longest = layout.lengths.empty() ? 0 : std::ranges::max(layout.lengths);
  if (longest > s.config.max_positions) {
    usage_error("a sequence of " + std::to_string(longest) + " tokens: the model takes at most " +
                std::to_string(s.config.max_positions) + " (max_position_embeddings)");
  }
  const BlockShape shape{static_cast<std::int64_t>(s.config.heads),
                         static_cast<std::int64_t>(s.config.kv_heads),
                         static_cast<std::int64_t>(s.config.head_dim), s.config.rms_epsilon};
  const auto passage =
      std::make_shared<const Passage>(Passage{shape, layout.lengths, layout.positions, s.rope_for(longest)});
  for (std::size_t i = begin; i < end; ++i) {
    assert(s.blocks[i].has_value());
    const Block& block = *s.blocks[i];
    if (hook != nullptr) {
      x = (*hook)(i, x);
    }
    if (s.training == Training::all) {
      x = block_plain(x, block, *passage);
    } else {
      x = attention_fused(x, block.attention, passage);
      x = mlp_fused(x, block.mlp, shape.rms_epsilon);
    }
  }
  return x;
}

at::Tensor Llama::logits(const at::Tensor& x) const {
  const HeadWeights& head = state_->head;
  assert(state_->part.head);
  const at::Tensor hidden = rms_norm_plain(x, head.norm, head.rms_epsilon);
  return at::matmul(hidden, head.head.to(x.scalar_type()).t()).to(at::kFloat);
}

at::Tensor Llama::loss_sum(const at::Tensor& x, std::span<const std::int32_t> labels,
                           std::size_t& count) const {
  assert(state_->part.head && static_cast<std::size_t>(x.size(0)) == labels.size());
  LabelRows labelled;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == masked_label) {
      continue;
    }
    if (labels[i] < 0 || static_cast<std::size_t>(labels[i]) >= state_->config.vocabulary) {
      usage_error("label " + std::to_string(labels[i]) + " is outside the model's vocabulary of " +
                  std::to_string(state_->config.vocabulary) + ": data and model do not belong together");
    }
    labelled.rows.push_back(static_cast<std::int64_t>(i));
    labelled.labels.push_back(labels[i]);
  }
  count = labelled.rows.size();
  return state_->training == Training::all ? loss_plain(x, labelled, state_->head)
                                           : loss_fused(x, labelled, state_->head);
}

bool Llama::trains_below(std::size_t end) const {
  const State& s = *state_;
  if (s.training == Training::none) {
    return false;
  }
  if (s.training == Training::all && s.part.embedding) {
    return true;
  }
  return std::ranges::any_of(s.parameters, [end](const NamedParameter& p) {
    constexpr std::string_view prefix = "model.layers.";
    return p.name.starts_with(prefix) && std::stoul(p.name.substr(prefix.size())) < end;
  });
}

void save_pretrained(const Llama& model, const std::filesystem::path& directory, StoredType stored) {
  const Llama::State& s = *model.state_;
  std::vector<NamedParameter> weights = {{"model.embed_tokens.weight", s.embedding}};
  for (std::size_t i = 0; i < s.blocks.size(); ++i) {
    assert(s.blocks[i].has_value());
    const std::vector<NamedParameter> own = base_weights(*s.blocks[i], s.config, i);
    weights.insert(weights.end(), own.begin(), own.end());
  }
  weights.push_back({"model.norm.weight", s.head.norm});
  if (!s.config.tied_embeddings) {
    weights.push_back({"lm_head.weight", s.head.head});
  }
  const at::ScalarType type = stored == StoredType::f32    ? at::kFloat
                              : stored == StoredType::bf16 ? at::kBFloat16
                                                           : at::kHalf;
  std::vector<TensorToStore> tensors;
  for (NamedParameter& w : weights) {
    w.value = w.value.detach().to(type).contiguous();
    tensors.push_back({w.name,
                       stored,
                       {w.value.sizes().begin(), w.value.sizes().end()},
                       {static_cast<const std::uint8_t*>(w.value.const_data_ptr()), w.value.nbytes()}});
  }
  std::filesystem::create_directories(directory);
  LlamaConfig config = s.config;
  config.dtype = stored == StoredType::f32 ? "float32" : stored == StoredType::bf16 ? "bfloat16" : "float16";
  write_safetensors(directory / "model.safetensors", tensors, {{"format", "pt"}});
  save_config(config, directory);
}

}  // namespace cutlink::model
