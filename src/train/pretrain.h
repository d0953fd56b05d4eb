// Trains a small byte-level model from scratch on text that the project generates: the embedded base model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

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

struct PretrainProgress {
  std::uint32_t step = 0;  // just done, 0-based
  std::uint32_t steps = 0;
  double loss = 0.0;  // nats a token, mean since the last report
  double learning_rate = 0.0;
};

struct PretrainResult {
  double first_loss = 0.0;  // nats a token, of the first step
  double final_loss = 0.0;  // mean of the last 50 steps, or of those after the last full 50
  std::uint64_t tokens = 0;
  double seconds = 0.0;
};

// Writes a Hugging Face directory (config.json, model.safetensors, tokenizer.json) and provenance.json.
// command: the command line that reproduces it, for the provenance. on_progress: every 50 steps; may be
// empty. Throws Error(run) where the loss is not finite, Error(usage) for an impossible spec.
PretrainResult pretrain(const PretrainSpec& spec, const std::filesystem::path& directory,
                        const std::string& command,
                        const std::function<void(const PretrainProgress&)>& on_progress);

}  // namespace cutlink::train
