// What both halves must agree on before the first batch. Plain data: scenario or handshake carries it.
#pragma once

#include <cstdint>
#include <string>

#include "base/matrix.h"
#include "model/llama/lora_spec.h"

namespace cutlink::train {

// U-shape k_bottom · server · k_top, or vanilla: the server holds everything above the one cut.
struct SplitSpec {
  enum class Shape : std::uint8_t { u, vanilla };
  Shape shape = Shape::u;
  std::size_t bottom = 1;
  std::size_t top = 0;  // U-shape only
};

// Codec specs of a run (codecs/registry.h). gradient may be `shared`: the widths of the same cut's
// activation.
struct CodecSet {
  std::string activation = "bf16";
  std::string gradient = "bf16";
};

struct OptimizerSpec {  // AdamW on the adapters, Hugging Face's meaning of every number
  double learning_rate = 5e-4;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double weight_decay = 0.0;
  double clip_norm = 1.0;  // per half; 0: none
  std::uint32_t warmup_steps = 0;
  double final_ratio = 0.1;  // cosine falls to this share of the rate at the last step
};

struct TrainSpec {
  std::uint64_t seed = 1;
  std::uint32_t client = 0;
  std::uint32_t steps = 100;
  std::uint32_t batch = 4;         // sequences of a micro-batch
  std::uint32_t accumulation = 1;  // micro-batches of a step
  std::uint32_t max_length = 256;  // tokens of a sequence
  DType compute = DType::f32;      // base weights and activations; adapters stay fp32
  SplitSpec split;
  CodecSet codecs;
  OptimizerSpec optimizer;
  model::LoraSpec lora;
};

// Learning rate of step `step` (0-based): linear warm-up, then cosine.
[[nodiscard]] double learning_rate_at(const OptimizerSpec& spec, std::uint32_t step, std::uint32_t steps);

}  // namespace cutlink::train
