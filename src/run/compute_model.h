// Time of the work on devices that are not here: FLOPs ÷ sustained rate, codecs as ns an element. Exactly
// repeatable. Knows no torch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/records.h"
#include "model/llama/llama_config.h"
#include "scenario/device_profile.h"
#include "train/spec.h"

namespace cutlink::run {

// Floating-point operations of one piece of work on a micro-batch of these sequences. A forward pass of a
// matrix costs 2 operations a weight and row; backward through a frozen one the same again (the input's
// gradient), and an adapter twice (its own gradient, too). Causal attention: half of the square.
[[nodiscard]] double flops_of(Work work, Phase phase, const model::LlamaConfig& config,
                              const train::TrainSpec& spec, std::span<const std::uint32_t> lengths);

// Both ends' devices.
class ComputeModel {
 public:
  // compute: profile:NAME or profile:CLIENT/SERVER; profiles come from `directory`.
  ComputeModel(const std::string& compute, const std::filesystem::path& directory,
               const model::LlamaConfig& config, const train::TrainSpec& spec);

  [[nodiscard]] std::int64_t work_ns(Work work, Phase phase, std::span<const std::uint32_t> lengths) const;
  [[nodiscard]] std::int64_t encode_ns(Half half, CodingCost cost, std::uint64_t elements) const;
  [[nodiscard]] std::int64_t decode_ns(Half half, CodingCost cost, std::uint64_t elements) const;
  // One line for people: "profile rtx3090 (assumed utilisation …)".
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] const scenario::DeviceProfile& of(Half half) const {
    return half == Half::client ? client_ : server_;
  }

 private:
  scenario::DeviceProfile client_;
  scenario::DeviceProfile server_;
  model::LlamaConfig config_;
  train::TrainSpec spec_;
};

}  // namespace cutlink::run
