#include "model/llama_weights.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace cutlink::model {
namespace {

at::ScalarType type_of(StoredType type) {
  switch (type) {
    case StoredType::f32:
      return at::kFloat;
    case StoredType::bf16:
      return at::kBFloat16;
    case StoredType::f16:
      return at::kHalf;
  }
  return at::kFloat;
}

// A view of the mapped file, or a copy where the file's offset is not aligned for the type.
at::Tensor view_of(const StoredTensor& stored, const std::vector<std::int64_t>& shape) {
  const at::ScalarType type = type_of(stored.type);
  // from_blob wants void*; nothing ever writes to a frozen weight, and the map is read-only.
  void* data =
      const_cast<std::uint8_t*>(stored.bytes.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  if (reinterpret_cast<std::uintptr_t>(data) % size_of(stored.type) == 0) {
    return at::from_blob(data, shape, at::TensorOptions(type));
  }
  at::Tensor copy = at::empty(shape, at::TensorOptions(type));
  std::memcpy(copy.mutable_data_ptr(), data, stored.bytes.size());
  return copy;
}

}  // namespace

WeightSource::WeightSource(const LlamaConfig& config, const Checkpoint* checkpoint, DType compute,
                           Training training, const LoraSpec& lora, std::uint64_t seed)
    : config_(config),
      checkpoint_(checkpoint),
      compute_(compute == DType::f32 ? at::kFloat : at::kBFloat16),
      training_(training),
      lora_(lora),
      seed_(seed) {}

at::Tensor WeightSource::random(const std::string& name, const std::vector<std::int64_t>& shape) const {
  if (shape.size() == 1) {
    return at::ones(shape, at::kFloat);
  }
  at::Tensor weight = at::empty(shape, at::kFloat);
  Rng rng({.seed = seed_, .purpose = RngPurpose::weight_init, .extra = hash_name(name)});
  std::span<float> values(weight.mutable_data_ptr<float>(), static_cast<std::size_t>(weight.numel()));
  std::ranges::generate(values, [&rng] { return static_cast<float>(0.02 * rng.next_normal()); });
  return weight;
}

at::Tensor WeightSource::base(const std::string& name, const std::vector<std::int64_t>& shape,
                              std::vector<NamedParameter>& parameters) const {
  at::Tensor weight;
  if (checkpoint_ == nullptr) {
    weight = random(name, shape);
  } else {
    weight = view_of(checkpoint_->get(name, {shape.begin(), shape.end()}), shape);
  }
  if (training_ != Training::all) {
    return weight.to(compute_);  // no copy where the types agree
  }
  weight = weight.to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  weight.set_requires_grad(true);
  parameters.push_back({name, weight});
  return weight;
}

Projections WeightSource::projections(const std::string& prefix, const std::vector<Wanted>& wanted,
                                      std::vector<NamedParameter>& parameters) const {
  const auto r = static_cast<std::int64_t>(lora_.r);
  const auto adapted = [&](const Wanted& w) {
    const std::string last = w.name.substr(w.name.find('.') + 1);
    return training_ == Training::adapters && std::ranges::count(lora_.targets, last) != 0;
  };
  Projections group;
  group.scale = lora_.alpha / static_cast<double>(lora_.r);
  const std::int64_t count = std::ranges::count_if(wanted, adapted);
  if (count > 0) {
    group.stacked_a = at::empty({count * r, wanted[0].in}, at::kFloat);
  }
  std::int64_t at = 0;
  for (const Wanted& w : wanted) {
    Projection p;
    p.weight = base(prefix + w.name + ".weight", {w.out, w.in}, parameters);
    if (adapted(w)) {
      const std::string name_a = prefix + w.name + ".lora_A.weight";
      // Kaiming-uniform with a = √5: U(−1/√in, 1/√in).
      const double bound = 1.0 / std::sqrt(static_cast<double>(w.in));
      Rng rng({.seed = seed_, .purpose = RngPurpose::lora_init, .extra = hash_name(name_a)});
      p.a = group.stacked_a.narrow(0, at, r).detach();
      std::span<float> values(p.a.mutable_data_ptr<float>(), static_cast<std::size_t>(p.a.numel()));
      std::ranges::generate(values,
                            [&] { return static_cast<float>((2.0 * rng.next_unit_f64() - 1.0) * bound); });
      p.b = at::zeros({w.out, r}, at::kFloat);
      p.a.set_requires_grad(true);
      p.b.set_requires_grad(true);
      parameters.push_back({name_a, p.a});
      parameters.push_back({prefix + w.name + ".lora_B.weight", p.b});
      at += r;
    }
    group.each.push_back(std::move(p));
  }
  return group;
}

Block WeightSource::block(std::size_t index, std::vector<NamedParameter>& parameters) const {
  const auto hidden = static_cast<std::int64_t>(config_.hidden);
  const auto queries = static_cast<std::int64_t>(config_.heads * config_.head_dim);
  const auto keys = static_cast<std::int64_t>(config_.kv_heads * config_.head_dim);
  const auto wide = static_cast<std::int64_t>(config_.intermediate);
  const std::string prefix = "model.layers." + std::to_string(index) + ".";

  std::vector<NamedParameter> own;
  Block block;
  block.attention.norm = base(prefix + "input_layernorm.weight", {hidden}, own);
  block.attention.qkv = projections(prefix,
                                    {{"self_attn.q_proj", queries, hidden},
                                     {"self_attn.k_proj", keys, hidden},
                                     {"self_attn.v_proj", keys, hidden}},
                                    own);
  block.attention.out = projections(prefix, {{"self_attn.o_proj", hidden, queries}}, own);
  block.mlp.norm = base(prefix + "post_attention_layernorm.weight", {hidden}, own);
  block.mlp.gate_up =
      projections(prefix, {{"mlp.gate_proj", wide, hidden}, {"mlp.up_proj", wide, hidden}}, own);
  block.mlp.down = projections(prefix, {{"mlp.down_proj", hidden, wide}}, own);

  std::ranges::sort(own, {}, &NamedParameter::name);
  parameters.insert(parameters.end(), own.begin(), own.end());
  return block;
}

std::vector<NamedParameter> base_weights(const Block& block, std::size_t index) {
  const std::string prefix = "model.layers." + std::to_string(index) + ".";
  const AttentionWeights& attention = block.attention;
  const MlpWeights& mlp = block.mlp;
  return {{prefix + "input_layernorm.weight", attention.norm},
          {prefix + "self_attn.q_proj.weight", attention.qkv.each[0].weight},
          {prefix + "self_attn.k_proj.weight", attention.qkv.each[1].weight},
          {prefix + "self_attn.v_proj.weight", attention.qkv.each[2].weight},
          {prefix + "self_attn.o_proj.weight", attention.out.each[0].weight},
          {prefix + "post_attention_layernorm.weight", mlp.norm},
          {prefix + "mlp.gate_proj.weight", mlp.gate_up.each[0].weight},
          {prefix + "mlp.up_proj.weight", mlp.gate_up.each[1].weight},
          {prefix + "mlp.down_proj.weight", mlp.down.each[0].weight}};
}

}  // namespace cutlink::model
