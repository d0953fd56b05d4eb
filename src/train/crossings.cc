#include "train/crossings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "codecs/registry.h"

namespace cutlink::train {

std::vector<Crossing> crossings_of(const SplitSpec& split) {
  if (split.shape == SplitSpec::Shape::vanilla) {
    return {Crossing::act_up, Crossing::grad_down};
  }
  return {all_crossings.begin(), all_crossings.end()};
}

codecs::CodecContext context_of(const TrainSpec& spec, const model::LlamaConfig& config, Crossing crossing) {
  return {.crossing = crossing,
          .channels = config.hidden,
          .max_positions = spec.max_length,
          .seed = spec.seed,
          .client = spec.client,
          .total_steps = spec.steps};
}

const std::string& codec_for(const CodecSet& codecs, Crossing crossing) {
  return is_activation(crossing) ? codecs.activation : codecs.gradient;
}

void check_codecs(const CodecSet& codecs, const TrainSpec& spec, const model::LlamaConfig& config) {
  for (const Crossing crossing : crossings_of(spec.split)) {
    const std::string& text = codec_for(codecs, crossing);
    const auto codec = codecs::make_codec(text);
    try {
      static_cast<void>(codec->make_encoder(context_of(spec, config, crossing)));
    } catch (const Error& error) {
      usage_error(fmt::format("codec {} for {}: {}", text, name_of(crossing), error.what()));
    }
  }
}

std::uint32_t hold_begins(const TrainSpec& spec, const model::LlamaConfig& config) {
  std::uint32_t begins = 0;
  for (const Crossing crossing : crossings_of(spec.split)) {
    const auto codec = codecs::make_codec(codec_for(spec.codecs, crossing));
    begins = std::max(begins, codec->hold_begins(context_of(spec, config, crossing)));
  }
  return begins;
}

}  // namespace cutlink::train
