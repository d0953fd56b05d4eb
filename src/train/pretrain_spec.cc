#include "train/pretrain_spec.h"

#include <algorithm>

#include "model/tokenizer/byte_tokenizer.h"

namespace cutlink::train {

model::LlamaConfig embedded_config() {
  model::LlamaConfig config;
  config.vocabulary = model::byte_vocabulary;
  config.hidden = 128;
  config.blocks = 6;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 32;
  config.intermediate = 352;
  config.max_positions = 1024;
  config.eos_ids = {model::byte_end_id};
  return config;
}

double pretrain_rate_at(const PretrainSpec& spec, std::uint32_t step) {
  const double up = (step + 1.0) / (spec.warmup_steps + 1.0);
  const double down = spec.decay_steps == 0 ? 1.0 : static_cast<double>(spec.steps - step) / spec.decay_steps;
  return spec.learning_rate * std::min({1.0, up, down});
}

}  // namespace cutlink::train
