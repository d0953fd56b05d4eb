// Rates of a device that is not here, from a file, and the scenario key `compute` that names it.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace cutlink::scenario {

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
// The client's and the server's profile in "profile:A" (twice A) or "profile:A/B".
[[nodiscard]] std::pair<std::string, std::string> profile_names(const std::string& compute);

}  // namespace cutlink::scenario
