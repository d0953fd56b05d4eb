// Which tensors cross the cuts of a split, and what a codec is told of each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/records.h"
#include "codecs/codec.h"
#include "model/llama/llama_config.h"
#include "train/spec.h"

namespace cutlink::train {

// Crossings of the split, in the order of a step.
[[nodiscard]] std::vector<Crossing> crossings_of(const SplitSpec& split);

// What both ends of a crossing tell its codec.
[[nodiscard]] codecs::CodecContext context_of(const TrainSpec& spec, const model::LlamaConfig& config,
                                              Crossing crossing);

// The codec of the set that codes this crossing, as a spec.
[[nodiscard]] const std::string& codec_for(const CodecSet& codecs, Crossing crossing);

// Throws Error(usage) if a codec of the set cannot serve a crossing of this split and model.
void check_codecs(const CodecSet& codecs, const TrainSpec& spec, const model::LlamaConfig& config);

// First step of the hold: every crossing's descent is over.
[[nodiscard]] std::uint32_t hold_begins(const TrainSpec& spec, const model::LlamaConfig& config);

}  // namespace cutlink::train
