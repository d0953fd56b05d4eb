// Trains a small byte-level model from scratch on text that the project generates: the embedded base model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "train/pretrain_spec.h"

namespace cutlink::train {

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
