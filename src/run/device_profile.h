// Time of the work on a device that is not here: FLOPs ÷ sustained rate, codecs as ns an element. Exactly
// repeatable. Knows no torch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/records.h"
#include "model/llama_config.h"
#include "run/scenario.h"

namespace cutlink::run {

// One device, read from scenarios/profiles/NAME.toml.
struct DeviceProfile {
  std::string name;
  std::string description;
  double fp32_flops = 0.0;  // sustained: peak × utilisation
  double bf16_flops = 0.0;
  double launch_ns = 0.0;            // once for every piece of work
  double float_ns = 0.0;             // an element, encode or decode of fp32, bf16, fp16
  double quantised_encode_ns = 0.0;  // an element
  double quantised_decode_ns = 0.0;
  std::vector<std::pair<std::string, std::string>> sources;  // key, where its number comes from
};

// Throws Error(usage) with file, key and what is allowed; an unknown name lists those there are.
[[nodiscard]] DeviceProfile load_profile(const std::string& name, const std::filesystem::path& directory);
[[nodiscard]] std::vector<std::string> list_profiles(const std::filesystem::path& directory);

// Throws Error(usage) where `text` is not `measured`, profile:NAME or profile:CLIENT/SERVER.
void check_compute(const std::string& text);
[[nodiscard]] bool is_measured(const std::string& compute);

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
  [[nodiscard]] const DeviceProfile& of(Half half) const { return half == Half::client ? client_ : server_; }

 private:
  DeviceProfile client_;
  DeviceProfile server_;
  model::LlamaConfig config_;
  train::TrainSpec spec_;
};

}  // namespace cutlink::run
