#include "model/llama/llama_weights.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "base/rng.h"
#include "model/weights/converted_weights.h"

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

// A view of the mapped file, or a copy if the file's offset is not aligned for the type.
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

const at::Tensor& weight_of(const Block& block, BlockWeight weight) {
  const AttentionWeights& attention = block.attention;
  const MlpWeights& mlp = block.mlp;
  switch (weight) {
    case BlockWeight::attention_norm:
      return attention.norm;
    case BlockWeight::q:
      return attention.q().weight;
    case BlockWeight::k:
      return attention.k().weight;
    case BlockWeight::v:
      return attention.v().weight;
    case BlockWeight::o:
      return attention.o().weight;
    case BlockWeight::mlp_norm:
      return mlp.norm;
    case BlockWeight::gate:
      return mlp.gate().weight;
    case BlockWeight::up:
      return mlp.up().weight;
    case BlockWeight::down:
      break;
  }
  return mlp.down().weight;
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
    return checkpoint_ == nullptr ? weight.to(compute_)
                                  : checkpoint_->converted().get(name, weight, compute_);
  }
  weight = weight.to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  weight.set_requires_grad(true);
  parameters.push_back({name, weight});
  return weight;
}

Projections WeightSource::projections(std::span<const WeightShape> wanted,
                                      std::vector<NamedParameter>& parameters) const {
  const auto r = static_cast<std::int64_t>(lora_.r);
  // "model.layers.3.self_attn.q_proj" of its weight's name.
  const auto stem_of = [](const WeightShape& w) { return w.name.substr(0, w.name.rfind('.')); };
  const auto adapted = [&](const WeightShape& w) {
    const std::string stem = stem_of(w);
    return training_ == Training::adapters &&
           std::ranges::count(lora_.targets, stem.substr(stem.rfind('.') + 1)) != 0;
  };
  Projections group;
  group.scale = lora_.alpha / static_cast<double>(lora_.r);
  const std::int64_t count = std::ranges::count_if(wanted, adapted);
  if (count > 0) {
    group.stacked_a = at::empty({count * r, wanted[0].shape[1]}, at::kFloat);
  }
  std::int64_t at = 0;
  for (const WeightShape& w : wanted) {
    const std::int64_t out = w.shape[0], in = w.shape[1];
    Projection p;
    p.weight = base(w.name, w.shape, parameters);
    if (adapted(w)) {
      const std::string name_a = stem_of(w) + ".lora_A.weight";
      // Kaiming-uniform with a = √5: U(−1/√in, 1/√in).
      const double bound = 1.0 / std::sqrt(static_cast<double>(in));
      Rng rng({.seed = seed_, .purpose = RngPurpose::lora_init, .extra = hash_name(name_a)});
      p.a = group.stacked_a.narrow(0, at, r).detach();
      std::span<float> values(p.a.mutable_data_ptr<float>(), static_cast<std::size_t>(p.a.numel()));
      std::ranges::generate(values,
                            [&] { return static_cast<float>((2.0 * rng.next_unit_f64() - 1.0) * bound); });
      p.b = at::zeros({out, r}, at::kFloat);
      p.a.set_requires_grad(true);
      p.b.set_requires_grad(true);
      parameters.push_back({name_a, p.a});
      parameters.push_back({stem_of(w) + ".lora_B.weight", p.b});
      at += r;
    }
    group.each.push_back(std::move(p));
  }
  return group;
}

Block WeightSource::block(std::size_t index, std::vector<NamedParameter>& parameters) const {
  std::vector<NamedParameter> own;
  const auto norm = [&](BlockWeight weight) {
    const WeightShape wanted = block_weight(config_, index, weight);
    return base(wanted.name, wanted.shape, own);
  };
  const auto group = [&](std::initializer_list<BlockWeight> weights) {
    std::vector<WeightShape> wanted;
    for (const BlockWeight weight : weights) {
      wanted.push_back(block_weight(config_, index, weight));
    }
    return projections(wanted, own);
  };
  Block block;
  block.attention.norm = norm(BlockWeight::attention_norm);
  block.attention.qkv = group({BlockWeight::q, BlockWeight::k, BlockWeight::v});
  block.attention.out = group({BlockWeight::o});
  block.mlp.norm = norm(BlockWeight::mlp_norm);
  block.mlp.gate_up = group({BlockWeight::gate, BlockWeight::up});
  block.mlp.out = group({BlockWeight::down});

  std::ranges::sort(own, {}, &NamedParameter::name);
  parameters.insert(parameters.end(), own.begin(), own.end());
  return block;
}

std::vector<NamedParameter> base_weights(const Block& block, const LlamaConfig& config, std::size_t index) {
  std::vector<NamedParameter> named;
  for (const BlockWeight weight : config.family->block_weights) {
    named.push_back({block_weight(config, index, weight).name, weight_of(block, weight)});
  }
  return named;
}

}  // namespace cutlink::model
