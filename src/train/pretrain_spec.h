// What a small base model is and how it is trained from scratch. Knows no torch.
#pragma once

#include <cstdint>

#include "model/llama/llama_config.h"
#include "model/weights/safetensors.h"

namespace cutlink::train {

// Shape of the embedded model: 258 symbols (bytes, begin, end), about 1.2 million weights.
[[nodiscard]] model::LlamaConfig embedded_config();

struct PretrainSpec {
  model::LlamaConfig config = embedded_config();
  std::uint64_t seed = 1;
  std::uint32_t steps = 2600;
  std::uint32_t threads = 0;            // of LibTorch; 0: as it chooses
  std::uint32_t batch = 8;              // sequences
  std::uint32_t sequence_length = 128;  // tokens
  double learning_rate = 3e-3;          // linear warm-up, constant, then linear decay to 0
  std::uint32_t warmup_steps = 100;
  std::uint32_t decay_steps = 600;  // the last ones
  double weight_decay = 0.01;
  double clip_norm = 1.0;
  model::StoredType stored = model::StoredType::bf16;
};

// Learning rate of step `step` (0-based).
[[nodiscard]] double pretrain_rate_at(const PretrainSpec& spec, std::uint32_t step);

}  // namespace cutlink::train
