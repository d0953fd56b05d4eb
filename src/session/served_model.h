// A model that a server offers, and whether a client's agreement fits it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "model/llama/llama_config.h"
#include "model/weights/safetensors.h"
#include "train/agreement.h"

namespace cutlink::session {

// Does not move: halves point to its checkpoint.
struct ServedModel {
  // Opens and reads all of it, for the digest. Throws Error(usage).
  explicit ServedModel(const std::filesystem::path& directory);
  ServedModel(const ServedModel&) = delete;
  ServedModel& operator=(const ServedModel&) = delete;

  std::string name;  // of its directory
  model::LlamaConfig config;
  model::Checkpoint checkpoint;
  train::ModelDigest digest;
};

// Throws Error(usage) that names what does not fit: split, codecs, max_length, or sizes above `max_bytes`.
void check_agreement(const train::TrainSpec& spec, const ServedModel& model, std::uint64_t max_bytes);

// What a session may need beside the shared base: adapters, optimizer, and what a backward must keep of the
// largest micro-batch. Low rather than high, so that nobody is refused for nothing. spec fits the model.
[[nodiscard]] std::uint64_t session_bytes(const train::TrainSpec& spec, const ServedModel& model);

// Most bytes of a message's body, either way, of a session that passed: frames, reports, and the server's
// adapters of `adapters` bytes.
[[nodiscard]] std::uint32_t max_session_body_bytes(const train::TrainSpec& spec, const ServedModel& model,
                                                   std::uint64_t adapters);

}  // namespace cutlink::session
