#include "model/llama/llama_config.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file_io.h"
#include "model/json_options.h"

namespace cutlink::model {
namespace {

constexpr std::uint64_t max_size =
    1U << 24;  // of any dimension: far above real models, and products fit 64 bits

std::size_t dimension(const JsonOptions& options, const std::string& key,
                      std::optional<std::uint64_t> value) {
  const std::uint64_t size = options.required(key, value);
  if (size == 0 || size > max_size) {
    options.fail(key, "is " + std::to_string(size) + "; allowed: 1 to " + std::to_string(max_size));
  }
  return static_cast<std::size_t>(size);
}

// "a" or "a and b", for messages.
template <typename Range, typename Name>
std::string listed(const Range& range, const Name& name) {
  std::string text;
  for (const auto& item : range) {
    text += text.empty() ? "" : " and ";
    text += std::invoke(name, item);
  }
  return text;
}

const ModelFamily& read_family(const JsonOptions& options) {
  const ModelFamily* family = &model_families().front();
  for (const std::string& name : options.required("architectures", options.texts("architectures"))) {
    family = find_family(name);
    if (family == nullptr) {
      options.fail("architectures", "is \"" + name + "\"; only " +
                                        listed(model_families(), &ModelFamily::architecture) +
                                        " is supported");
    }
  }
  if (const auto type = options.text("model_type"); type.has_value() && *type != family->model_type) {
    options.fail("model_type",
                 "is \"" + *type + "\"; only " + std::string(family->model_type) + " is supported");
  }
  return *family;
}

void refuse_unsupported(const JsonOptions& options, const ModelFamily& family) {
  if (const auto act = options.text("hidden_act"); act.has_value() && *act != "silu") {
    options.fail("hidden_act", "is \"" + *act + "\"; only silu is supported");
  }
  if (const auto tp = options.count("pretraining_tp"); tp.value_or(1) > 1) {
    options.fail("pretraining_tp", "is " + std::to_string(*tp) + "; only 1 is supported");
  }
  for (const char* key : family.must_be_off) {
    options.refuse_unless_off(key);
  }
}

// transformers 4 has rope_theta and rope_scaling, transformers 5 rope_parameters.
double rope_theta(const JsonOptions& options, const ModelFamily& family) {
  double theta = options.number("rope_theta").value_or(10000.0);
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    const auto rope = options.object(key);
    if (!rope.has_value()) {
      continue;
    }
    for (const char* kind : {"rope_type", "type"}) {
      const auto type = rope->text(kind);
      if (type.has_value() && std::ranges::count(family.rope_types, *type) == 0) {
        options.fail(key, std::string("has ") + kind + " \"" + *type + "\"; only " +
                              listed(family.rope_types, std::identity{}) + " is supported");
      }
    }
    rope->refuse_unless_off("partial_rotary_factor");
    theta = rope->number("rope_theta").value_or(theta);
  }
  if (theta <= 0.0) {
    options.fail("rope_theta", "must be above 0");
  }
  return theta;
}

}  // namespace

LlamaConfig load_config(const std::filesystem::path& directory) {
  std::error_code ignored;
  if (!std::filesystem::exists(directory / "config.json", ignored)) {
    usage_error(directory.string() +
                ": no config.json, so no Hugging Face model directory: correct the path, or fetch a model "
                "(tools/fetch-model smollm2-135m makes models/smollm2-135m)");
  }
  const JsonOptions options(directory / "config.json");
  LlamaConfig config;
  config.family = &read_family(options);
  refuse_unsupported(options, *config.family);
  config.vocabulary = dimension(options, "vocab_size", options.count("vocab_size"));
  config.hidden = dimension(options, "hidden_size", options.count("hidden_size"));
  config.blocks = dimension(options, "num_hidden_layers", options.count("num_hidden_layers"));
  config.heads = dimension(options, "num_attention_heads", options.count("num_attention_heads"));
  config.kv_heads =
      dimension(options, "num_key_value_heads", options.count("num_key_value_heads").value_or(config.heads));
  config.intermediate = dimension(options, "intermediate_size", options.count("intermediate_size"));
  if (config.heads % config.kv_heads != 0) {
    options.fail("num_key_value_heads", "is " + std::to_string(config.kv_heads) +
                                            ", which does not divide the " + std::to_string(config.heads) +
                                            " heads");
  }
  const auto head_dim = options.count("head_dim");
  if (!head_dim.has_value() && config.hidden % config.heads != 0) {
    options.fail("head_dim", "is missing, and hidden_size is no multiple of num_attention_heads");
  }
  config.head_dim = dimension(options, "head_dim", head_dim.value_or(config.hidden / config.heads));
  if (config.head_dim % 2 != 0) {
    options.fail("head_dim", "is " + std::to_string(config.head_dim) + "; rotary positions need an even one");
  }
  config.rope_theta = rope_theta(options, *config.family);
  config.rms_epsilon = options.number("rms_norm_eps").value_or(1e-6);  // the default of transformers
  if (config.rms_epsilon <= 0.0) {
    options.fail("rms_norm_eps", "must be above 0");
  }
  config.tied_embeddings = options.flag("tie_word_embeddings").value_or(false);
  config.max_positions =
      dimension(options, "max_position_embeddings",
                options.count("max_position_embeddings").value_or(config.family->max_positions));
  config.eos_ids = options.ids("eos_token_id");
  config.dtype = options.text("dtype").value_or(options.text("torch_dtype").value_or(""));
  return config;
}

void save_config(const LlamaConfig& config, const std::filesystem::path& directory) {
  nlohmann::ordered_json json = {
      {"architectures", {config.family->architecture}},
      {"model_type", config.family->model_type},
      {"attention_bias", false},
      {"attention_dropout", 0.0},
      {"mlp_bias", false},
      {"hidden_act", "silu"},
      {"vocab_size", config.vocabulary},
      {"hidden_size", config.hidden},
      {"intermediate_size", config.intermediate},
      {"num_hidden_layers", config.blocks},
      {"num_attention_heads", config.heads},
      {"num_key_value_heads", config.kv_heads},
      {"head_dim", config.head_dim},
      {"max_position_embeddings", config.max_positions},
      {"rms_norm_eps", config.rms_epsilon},
      {"rope_theta", config.rope_theta},
      {"rope_scaling", nullptr},
      {"tie_word_embeddings", config.tied_embeddings},
      {"torch_dtype", config.dtype.empty() ? "float32" : config.dtype},
  };
  if (config.eos_ids.size() == 1) {
    json["eos_token_id"] = config.eos_ids[0];
  } else if (!config.eos_ids.empty()) {
    json["eos_token_id"] = config.eos_ids;
  }
  std::filesystem::create_directories(directory);
  replace_file(directory / "config.json", json.dump(2) + "\n");
}

}  // namespace cutlink::model
