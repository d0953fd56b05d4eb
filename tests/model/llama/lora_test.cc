#include "model/llama/lora.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error_of.h"
#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "model/llama/llama_fixture.h"

namespace cutlink::model {
namespace {

using nlohmann::json;

const LoraSpec small{.r = 3, .alpha = 7.5, .targets = {"q_proj", "down_proj"}};

Llama tuned(const Part& part) {
  Llama model(small_config(), nullptr, part, DType::f32, Training::adapters, small, 5);
  stir(model.parameters());
  return model;
}

TEST(Lora, SavesAndLoadsTheSameBits) {
  const TemporaryFolder directory;
  Llama model = tuned(whole(small_config()));
  save_adapters(directory.path(), small, "tiny", model.parameters());
  const LoraSpec spec = load_lora_spec(directory.path());
  EXPECT_EQ(spec.r, 3U);
  EXPECT_EQ(spec.alpha, 7.5);
  EXPECT_EQ(spec.targets, small.targets);

  // A half takes its own from the adapters of the whole.
  Llama half(small_config(), nullptr, {.bottom_begin = 1, .bottom_end = 3}, DType::f32, Training::adapters,
             small, 6);
  load_adapters(directory.path(), spec, half.parameters());
  EXPECT_EQ(half.parameters().size(), 8U);
  std::size_t equal = 0;
  for (const NamedParameter& mine : half.parameters()) {
    for (const NamedParameter& theirs : model.parameters()) {
      equal += mine.name == theirs.name && at::equal(mine.value, theirs.value) ? 1U : 0U;
    }
  }
  EXPECT_EQ(equal, 8U);
}

TEST(Lora, ParametersAreInOrderOfBlockAndName) {
  Llama model = tuned({.bottom_begin = 1, .bottom_end = 2});
  std::vector<std::string> names;
  for (const NamedParameter& p : model.parameters()) {
    names.push_back(p.name);
    EXPECT_TRUE(p.value.is_leaf() && p.value.requires_grad());
  }
  EXPECT_THAT(names, testing::ElementsAre("model.layers.1.mlp.down_proj.lora_A.weight",
                                          "model.layers.1.mlp.down_proj.lora_B.weight",
                                          "model.layers.1.self_attn.q_proj.lora_A.weight",
                                          "model.layers.1.self_attn.q_proj.lora_B.weight"));
}

TEST(Lora, RefusesAdaptersOfAnotherModel) {
  const TemporaryFolder directory;
  Llama model = tuned({.bottom_begin = 1, .bottom_end = 2});
  save_adapters(directory.path(), small, "tiny", model.parameters());
  const auto load = [&](const LoraSpec& spec, std::vector<NamedParameter>& into) {
    return error_of(ErrorKind::usage, [&] { load_adapters(directory.path(), spec, into); });
  };
  Llama other = tuned({.bottom_begin = 2, .bottom_end = 3});
  EXPECT_THAT(load(small, other.parameters()),
              testing::HasSubstr("model.layers.2.mlp.down_proj.lora_A.weight is missing"));

  LlamaConfig config = small_config();
  config.hidden = 24;
  Llama wider(config, nullptr, {.bottom_begin = 1, .bottom_end = 2}, DType::f32, Training::adapters, small,
              5);
  EXPECT_THAT(load(small, wider.parameters()), testing::HasSubstr("another shape"));

  LoraSpec another = small;
  another.r = 4;
  EXPECT_THAT(load(another, model.parameters()), testing::HasSubstr("the adapter has r 3"));
}

TEST(Lora, NamesUnsupportedOptions) {
  const TemporaryFolder directory;
  Llama model = tuned({.bottom_begin = 1, .bottom_end = 2});
  save_adapters(directory.path(), small, "tiny", model.parameters());
  const json valid = json::parse(read_text_file(directory.path() / "adapter_config.json", 1 << 20));
  const std::vector<std::pair<std::string, json>> refused = {
      {"peft_type", "LOHA"},
      {"peft_type", nullptr},
      {"bias", "all"},
      {"use_dora", true},
      {"use_rslora", true},
      {"fan_in_fan_out", true},
      {"rank_pattern", {{"q_proj", 8}}},
      {"modules_to_save", {"lm_head"}},
      {"layers_to_transform", {0, 1}},
      {"target_modules", "all-linear"},
      {"target_modules", {"q_proj", "lm_head"}},
      {"r", 0},
      {"r", nullptr},
      {"lora_alpha", "high"},
  };
  for (const auto& [key, value] : refused) {
    json changed = valid;
    changed[key] = value;
    directory.write("adapter_config.json", changed.dump());
    EXPECT_THAT(error_of(ErrorKind::usage, [&] { (void)load_lora_spec(directory.path()); }),
                testing::HasSubstr("adapter_config.json: \"" + key + "\""))
        << value;
  }
}

}  // namespace
}  // namespace cutlink::model
