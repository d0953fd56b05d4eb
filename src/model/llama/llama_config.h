// The shape of a model of LLaMA's blocks, read from a Hugging Face config.json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/llama/model_family.h"

namespace cutlink::model {

struct LlamaConfig {
  const ModelFamily* family = &model_families().front();  // never null
  std::size_t vocabulary = 0;                             // V
  std::size_t hidden = 0;                                 // H
  std::size_t blocks = 0;                                 // L
  std::size_t heads = 0;
  std::size_t kv_heads = 0;      // divides heads
  std::size_t head_dim = 0;      // given, or hidden / heads
  std::size_t intermediate = 0;  // F
  double rope_theta = 10000.0;
  double rms_epsilon = 1e-5;
  bool tied_embeddings = false;
  std::size_t max_positions = 2048;  // > 0: the longest sequence, in tokens
  std::vector<std::int64_t> eos_ids;
  std::string dtype;  // as stored: "bfloat16", "float32", …
};

// Reads DIRECTORY/config.json. Throws Error(usage) that names the key: an architecture or option that
// is not supported is refused, never ignored.
[[nodiscard]] LlamaConfig load_config(const std::filesystem::path& directory);
// Writes a config.json that `transformers` loads.
void save_config(const LlamaConfig& config, const std::filesystem::path& directory);

}  // namespace cutlink::model
