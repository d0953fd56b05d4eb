// What both halves of a session must have alike, as bytes: the handshake carries it and does not look inside.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/byte_io.h"
#include "model/llama/llama_config.h"
#include "model/weights/safetensors.h"
#include "train/spec.h"

namespace cutlink::train {

// XXH3-128 over the base model's configuration and weights, by tensor name; files may be cut up differently.
using ModelDigest = std::array<std::uint8_t, 16>;
[[nodiscard]] ModelDigest digest_of(const model::LlamaConfig& config, const model::Checkpoint& checkpoint);

struct Agreement {
  ModelDigest model{};
  TrainSpec spec;
};

[[nodiscard]] ByteVector write_agreement(const Agreement& agreement);
// The bytes may be hostile: throws Error(peer) naming the field if a number is not finite or outside the
// bounds of spec_bounds.h, a closed set is left, or a text is over 1000 bytes.
[[nodiscard]] Agreement read_agreement(ByteSpan bytes);

// What differs, for people: "batch: 4 here, 8 there; codecs.activation: …". Empty where nothing does.
[[nodiscard]] std::string difference(const Agreement& here, const Agreement& there);

// 32 hexadecimal digits.
[[nodiscard]] std::string to_text(const ModelDigest& digest);

}  // namespace cutlink::train
