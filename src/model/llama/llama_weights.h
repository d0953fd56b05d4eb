// Where a model's weights come from: a checkpoint, or random numbers keyed by (seed, parameter name).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/llama/llama.h"
#include "model/llama/llama_block.h"
#include "model/llama/llama_shapes.h"

namespace cutlink::model {

// Makes the tensors of a model one by one. The checkpoint must outlive what it makes.
class WeightSource {
 public:
  WeightSource(const LlamaConfig& config, const Checkpoint* checkpoint, DType compute, Training training,
               const LoraSpec& lora, std::uint64_t seed);

  // A base weight: frozen in the compute type (a view of the mapped file if types agree), or an fp32 leaf
  // that is entered in `parameters`. Random: normal, deviation 0.02; one-dimensional weights (norms) are 1.
  [[nodiscard]] at::Tensor base(const std::string& name, const std::vector<std::int64_t>& shape,
                                std::vector<NamedParameter>& parameters) const;
  // Block `index` with its adapters; what trains is entered in `parameters`, sorted by name.
  [[nodiscard]] Block block(std::size_t index, std::vector<NamedParameter>& parameters) const;

 private:
  [[nodiscard]] Projections projections(std::span<const WeightShape> wanted,
                                        std::vector<NamedParameter>& parameters) const;
  [[nodiscard]] at::Tensor random(const std::string& name, const std::vector<std::int64_t>& shape) const;

  const LlamaConfig& config_;
  const Checkpoint* checkpoint_;
  at::ScalarType compute_;
  Training training_;
  const LoraSpec& lora_;
  std::uint64_t seed_;
};

// Names and tensors of a block's base weights, as a checkpoint has them.
[[nodiscard]] std::vector<NamedParameter> base_weights(const Block& block, const LlamaConfig& config,
                                                       std::size_t index);

}  // namespace cutlink::model
