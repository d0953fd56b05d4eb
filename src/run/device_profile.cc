#include "run/device_profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/file_io.h"
#include "run/data_root.h"
#include "run/key_hint.h"
#include "run/toml_text.h"

namespace cutlink::run {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_profile_bytes = 100'000;

// compute = "profile:A" or "profile:A/B" as two names.
std::pair<std::string, std::string> profile_names(const std::string& compute) {
  const std::string names = compute.substr(std::string("profile:").size());
  const std::size_t slash = names.find('/');
  return slash == std::string::npos ? std::pair(names, names)
                                    : std::pair(names.substr(0, slash), names.substr(slash + 1));
}

double rate(const toml::table& table, const char* key, const std::string& file) {
  const auto value = table.at_path(key).value<double>();
  if (!value || !(*value > 0.0) || !std::isfinite(*value)) {
    usage_error(fmt::format("{}: {}: write a number above 0", file, key));
  }
  return *value;
}

}  // namespace

DeviceProfile load_profile(const std::string& name, const fs::path& directory) {
  const fs::path file = directory / (name + ".toml");
  std::error_code ignored;
  if (name.empty() || name.find_first_of("/\\") != std::string::npos || !fs::exists(file, ignored)) {
    const std::vector<std::string> known = list_profiles(directory);
    usage_error(fmt::format("no device profile \"{}\"{} (there are: {})", name, hint_for(name, known),
                            fmt::join(known, ", ")));
  }
  const toml::table table = parse_toml(read_text_file(file, max_profile_bytes), file.string());
  DeviceProfile profile;
  profile.name = name;
  profile.description = table["description"].value_or(name);
  const double utilisation = rate(table, "compute.utilisation", file.string());
  profile.fp32_flops = rate(table, "compute.peak_fp32_tflops", file.string()) * 1e12 * utilisation;
  profile.bf16_flops = rate(table, "compute.peak_bf16_tflops", file.string()) * 1e12 * utilisation;
  profile.launch_ns = rate(table, "compute.launch_us", file.string()) * 1e3;
  profile.float_ns = rate(table, "codec.float_ns", file.string());
  profile.quantised_encode_ns = rate(table, "codec.quantised_encode_ns", file.string());
  profile.quantised_decode_ns = rate(table, "codec.quantised_decode_ns", file.string());
  if (const toml::table* sources = table["sources"].as_table()) {
    for (const auto& [key, text] : *sources) {
      profile.sources.emplace_back(std::string(key.str()), text.value_or(std::string()));
    }
  }
  return profile;
}

std::vector<std::string> list_profiles(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".toml") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_measured(const std::string& compute) { return compute == "measured"; }

void check_compute(const std::string& text) {
  if (is_measured(text)) {
    return;
  }
  if (!text.starts_with("profile:")) {
    usage_error(
        fmt::format("\"{}\" is not known (allowed: measured, profile:NAME, profile:CLIENT/SERVER)", text));
  }
  const auto [client, server] = profile_names(text);
  static_cast<void>(load_profile(client, profile_directory()));
  static_cast<void>(load_profile(server, profile_directory()));
}

ComputeModel::ComputeModel(const std::string& compute, const fs::path& directory,
                           const model::LlamaConfig& config, const train::TrainSpec& spec)
    : config_(config), spec_(spec) {
  const auto [client, server] = profile_names(compute);
  client_ = load_profile(client, directory);
  server_ = load_profile(server, directory);
}

std::int64_t ComputeModel::work_ns(Work work, Phase phase, std::span<const std::uint32_t> lengths) const {
  const DeviceProfile& device = of(half_of(work));
  const double flops = spec_.compute == DType::bf16 ? device.bf16_flops : device.fp32_flops;
  return std::llround(device.launch_ns + flops_of(work, phase, config_, spec_, lengths) / flops * 1e9);
}

std::int64_t ComputeModel::encode_ns(Half half, CodingCost cost, std::uint64_t elements) const {
  const double ns = cost == CodingCost::copied ? of(half).float_ns : of(half).quantised_encode_ns;
  return std::llround(ns * static_cast<double>(elements));
}

std::int64_t ComputeModel::decode_ns(Half half, CodingCost cost, std::uint64_t elements) const {
  const double ns = cost == CodingCost::copied ? of(half).float_ns : of(half).quantised_decode_ns;
  return std::llround(ns * static_cast<double>(elements));
}

std::string ComputeModel::describe() const {
  const std::string names = client_.name == server_.name ? client_.name : client_.name + "/" + server_.name;
  return "profile " + names + " (peak × assumed utilisation)";
}

}  // namespace cutlink::run
