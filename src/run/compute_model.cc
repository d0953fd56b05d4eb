#include "run/compute_model.h"

#include <algorithm>
#include <cmath>

namespace cutlink::run {

namespace {

struct BlockCost {
  double forward = 0.0;   // matrices, attention and adapters
  double backward = 0.0;  // gradient of the input through all, gradient of the adapters
};

// One block on rows of these sequences.
BlockCost block_cost(const model::LlamaConfig& c, const model::LoraSpec& lora,
                     std::span<const std::uint32_t> lengths) {
  const auto d = [](std::size_t n) { return static_cast<double>(n); };
  const double h = d(c.hidden);
  const double q = d(c.heads * c.head_dim);
  const double kv = d(c.kv_heads * c.head_dim);
  const double f = d(c.intermediate);
  double rows = 0.0;
  double pairs = 0.0;  // query and key positions that see each other
  for (const std::uint32_t length : lengths) {
    rows += length;
    pairs += 0.5 * length * (length + 1.0);
  }
  const double matrices = 2.0 * rows * (h * q + 2.0 * h * kv + q * h + 3.0 * h * f);
  const double attention = 4.0 * pairs * q;  // scores and weighted values
  double adapters = 0.0;
  const auto adapter = [&](const char* name, double in, double out) {
    if (std::find(lora.targets.begin(), lora.targets.end(), name) != lora.targets.end()) {
      adapters += 2.0 * rows * d(lora.r) * (in + out);
    }
  };
  adapter("q_proj", h, q);
  adapter("k_proj", h, kv);
  adapter("v_proj", h, kv);
  adapter("o_proj", q, h);
  adapter("gate_proj", h, f);
  adapter("up_proj", h, f);
  adapter("down_proj", f, h);
  return {matrices + attention + adapters, matrices + 2.0 * attention + 2.0 * adapters};
}

}  // namespace

double flops_of(Work work, Phase phase, const model::LlamaConfig& config, const train::TrainSpec& spec,
                std::span<const std::uint32_t> lengths) {
  const BlockCost block = block_cost(config, spec.lora, lengths);
  const bool vanilla = spec.split.shape == train::SplitSpec::Shape::vanilla;
  const auto bottom = static_cast<double>(spec.split.bottom);
  const auto top = static_cast<double>(vanilla ? 0 : spec.split.top);
  const double middle = static_cast<double>(config.blocks) - bottom - top;
  double rows = 0.0;
  for (const std::uint32_t length : lengths) {
    rows += length;
  }
  const double head = 2.0 * rows * static_cast<double>(config.hidden * config.vocabulary);
  const bool backward = phase == Phase::train;
  switch (work) {
    case Work::client_bottom_forward:
      return bottom * block.forward;
    case Work::server_forward:
      return middle * block.forward + (vanilla ? head : 0.0);
    case Work::client_top:
      return vanilla
                 ? 0.0
                 : top * (block.forward + (backward ? block.backward : 0.0)) + head * (backward ? 2.0 : 1.0);
    case Work::server_backward:
      return middle * block.backward + (vanilla ? head : 0.0);
    case Work::client_bottom_backward:
      return bottom * block.backward;
  }
  return 0.0;
}

ComputeModel::ComputeModel(const std::string& compute, const std::filesystem::path& directory,
                           const model::LlamaConfig& config, const train::TrainSpec& spec)
    : config_(config), spec_(spec) {
  const auto [client, server] = scenario::profile_names(compute);
  client_ = scenario::load_profile(client, directory);
  server_ = scenario::load_profile(server, directory);
}

std::int64_t ComputeModel::work_ns(Work work, Phase phase, std::span<const std::uint32_t> lengths) const {
  const scenario::DeviceProfile& device = of(half_of(work));
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
