// A small model for the tests of this folder: odd sizes, grouped heads, a head dimension of its own.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/rng.h"
#include "model/llama/llama.h"

namespace cutlink::model {

// One thread: on a busy machine the threads of a tiny product wait for one another far longer than they
// compute.
inline const bool one_thread = (at::set_num_threads(1), true);

inline LlamaConfig small_config() {
  LlamaConfig config;
  config.vocabulary = 37;
  config.hidden = 20;
  config.blocks = 4;
  config.heads = 6;
  config.kv_heads = 2;
  config.head_dim = 8;
  config.intermediate = 28;
  config.max_positions = 64;
  config.eos_ids = {2};
  return config;
}

inline Part whole(const LlamaConfig& config) {
  return {.embedding = true, .head = true, .bottom_begin = 0, .bottom_end = config.blocks};
}

// Normal numbers that depend on `name` only.
inline at::Tensor numbers(const std::string& name, const std::vector<std::int64_t>& shape, double deviation) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  Rng rng({.seed = 7, .extra = hash_name(name)});
  float* data = tensor.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) {
    data[i] = static_cast<float>(deviation * rng.next_normal());
  }
  return tensor;
}

// B starts at zero, which hides half of the gradients: gives every parameter numbers of its own.
inline void stir(std::vector<NamedParameter>& parameters) {
  for (NamedParameter& p : parameters) {
    p.value.detach().copy_(numbers(p.name, p.value.sizes().vec(), 0.2));
  }
}

inline void backward(const at::Tensor& y, const at::Tensor& gradient = {}) {
  torch::autograd::backward({y}, {gradient});
}

inline std::vector<at::Tensor> take_gradients(const std::vector<NamedParameter>& parameters) {
  std::vector<at::Tensor> gradients;
  for (const NamedParameter& p : parameters) {
    gradients.push_back(p.value.grad().clone());
    p.value.mutable_grad().reset();
  }
  return gradients;
}

inline const std::vector<std::uint32_t>& lengths() {
  static const std::vector<std::uint32_t> lengths = {7, 1, 12, 5};
  return lengths;
}

inline std::vector<std::int32_t> ids_of(std::size_t count, std::size_t vocabulary) {
  std::vector<std::int32_t> ids(count);
  Rng rng({.seed = 11});
  for (std::int32_t& id : ids) {
    id = static_cast<std::int32_t>(rng.below(vocabulary));
  }
  return ids;
}

}  // namespace cutlink::model
