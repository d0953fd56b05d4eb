#include "model/llama/lora.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file_io.h"
#include "model/json_options.h"
#include "model/weights/safetensors.h"

namespace cutlink::model {
namespace {

constexpr const char* weights_file = "adapter_model.safetensors";
constexpr const char* config_file = "adapter_config.json";
constexpr const char* name_prefix = "base_model.model.";

at::ScalarType type_of(StoredType type) {
  return type == StoredType::f32 ? at::kFloat : type == StoredType::bf16 ? at::kBFloat16 : at::kHalf;
}

std::string describe(const LoraSpec& spec) {
  std::string text = "r " + std::to_string(spec.r) + ", alpha " + std::to_string(spec.alpha) + ", targets";
  for (const std::string& target : spec.targets) {
    text += " " + target;
  }
  return text;
}

bool same(const LoraSpec& a, const LoraSpec& b) {
  const auto sorted = [](std::vector<std::string> targets) {
    std::ranges::sort(targets);
    return targets;
  };
  return a.r == b.r && a.alpha == b.alpha && sorted(a.targets) == sorted(b.targets);
}

}  // namespace

void save_adapters(const std::filesystem::path& directory, const LoraSpec& spec,
                   const std::string& base_model, const std::vector<NamedParameter>& parameters) {
  std::vector<at::Tensor> kept;  // until they are written
  std::vector<TensorToStore> tensors;
  for (const NamedParameter& p : parameters) {
    kept.push_back(p.value.detach().contiguous());
    const at::Tensor& value = kept.back();
    tensors.push_back({name_prefix + p.name,
                       StoredType::f32,
                       {value.sizes().begin(), value.sizes().end()},
                       {static_cast<const std::uint8_t*>(value.const_data_ptr()), value.nbytes()}});
  }
  const nlohmann::ordered_json config = {
      {"peft_type", "LORA"},
      {"task_type", "CAUSAL_LM"},
      {"base_model_name_or_path", base_model},
      {"inference_mode", true},
      {"r", spec.r},
      {"lora_alpha", spec.alpha},
      {"lora_dropout", 0.0},
      {"target_modules", spec.targets},
      {"bias", "none"},
      {"fan_in_fan_out", false},
      {"init_lora_weights", true},
      {"use_dora", false},
      {"use_rslora", false},
      {"modules_to_save", nullptr},
  };
  std::filesystem::create_directories(directory);
  write_safetensors(directory / weights_file, tensors, {{"format", "pt"}});
  replace_file(directory / config_file, config.dump(2) + "\n");
}

void load_adapters(const std::filesystem::path& directory, const LoraSpec& spec,
                   std::vector<NamedParameter>& parameters) {
  const LoraSpec saved = load_lora_spec(directory);
  if (!same(saved, spec)) {
    usage_error((directory / config_file).string() + ": the adapter has " + describe(saved) +
                ", the model was set up with " + describe(spec) + "; make them equal");
  }
  const std::filesystem::path path = directory / weights_file;
  const SafetensorsFile file(path);
  const c10::NoGradGuard no_grad;
  for (const NamedParameter& p : parameters) {
    const auto it = file.tensors().find(name_prefix + p.name);
    if (it == file.tensors().end()) {
      usage_error(path.string() + ": tensor " + name_prefix + p.name +
                  " is missing; the adapter belongs to another model");
    }
    const StoredTensor& stored = it->second;
    if (!std::ranges::equal(stored.shape, p.value.sizes(), {}, {},
                            [](std::int64_t size) { return static_cast<std::uint64_t>(size); })) {
      usage_error(path.string() + ": tensor " + it->first +
                  " has another shape than the model's; the adapter belongs to another model");
    }
    at::Tensor copy = at::empty(p.value.sizes(), at::TensorOptions(type_of(stored.type)));
    std::memcpy(copy.mutable_data_ptr(), stored.bytes.data(), stored.bytes.size());
    p.value.copy_(copy);
  }
}

LoraSpec load_lora_spec(const std::filesystem::path& directory) {
  const JsonOptions options(directory / config_file);
  if (const auto type = options.required("peft_type", options.text("peft_type")); type != "LORA") {
    options.fail("peft_type", "is \"" + type + "\"; only LORA is supported");
  }
  if (const auto bias = options.text("bias"); bias.value_or("none") != "none") {
    options.fail("bias", "is \"" + *bias + "\"; only none is supported");
  }
  // lora_dropout is not among them: it changes training only, not what the adapter is.
  for (const char* key : {"use_dora",
                          "use_rslora",
                          "use_qalora",
                          "use_bdlora",
                          "lora_bias",
                          "fan_in_fan_out",
                          "rank_pattern",
                          "alpha_pattern",
                          "modules_to_save",
                          "layers_to_transform",
                          "layers_pattern",
                          "layer_replication",
                          "exclude_modules",
                          "target_parameters",
                          "trainable_token_indices",
                          "alora_invocation_tokens",
                          "arrow_config",
                          "monteclora_config",
                          "velora_config",
                          "kasa_config"}) {
    options.refuse_unless_off(key);
  }
  LoraSpec spec;
  spec.r = static_cast<std::size_t>(options.required("r", options.count("r")));
  spec.alpha = options.required("lora_alpha", options.number("lora_alpha"));
  spec.targets = options.required("target_modules", options.texts("target_modules"));
  const std::vector<std::string> known = LoraSpec{}.targets;
  for (const std::string& target : spec.targets) {
    if (std::ranges::count(known, target) == 0) {
      options.fail(
          "target_modules",
          "names \"" + target + "\"; known: q_proj k_proj v_proj o_proj gate_proj up_proj down_proj");
    }
  }
  if (spec.r == 0 || spec.r > 65536) {
    options.fail("r", "is " + std::to_string(spec.r) + "; allowed: 1 to 65536");
  }
  return spec;
}

}  // namespace cutlink::model
