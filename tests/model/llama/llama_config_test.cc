#include "model/llama/llama_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error_of.h"
#include "base/temporary_folder.h"

namespace cutlink::model {
namespace {

using nlohmann::json;

const json valid = {{"architectures", {"LlamaForCausalLM"}},
                    {"vocab_size", 100},
                    {"hidden_size", 48},
                    {"intermediate_size", 80},
                    {"num_hidden_layers", 3},
                    {"num_attention_heads", 6},
                    {"num_key_value_heads", 2},
                    {"rms_norm_eps", 1e-6},
                    {"rope_theta", 5000.0},
                    {"eos_token_id", {2, 7}},
                    {"torch_dtype", "bfloat16"}};

LlamaConfig load(const json& config) {
  const TemporaryFolder directory;
  directory.write("config.json", config.dump());
  return load_config(directory.path());
}

json with(const std::string& key, const json& value) {
  json changed = valid;
  changed[key] = value;
  return changed;
}

TEST(LlamaConfig, ReadsWhatTransformersWrites) {
  const LlamaConfig config = load(valid);
  EXPECT_EQ(config.vocabulary, 100U);
  EXPECT_EQ(config.hidden, 48U);
  EXPECT_EQ(config.intermediate, 80U);
  EXPECT_EQ(config.blocks, 3U);
  EXPECT_EQ(config.heads, 6U);
  EXPECT_EQ(config.kv_heads, 2U);
  EXPECT_EQ(config.head_dim, 8U);
  EXPECT_EQ(config.rope_theta, 5000.0);
  EXPECT_EQ(config.rms_epsilon, 1e-6);
  EXPECT_FALSE(config.tied_embeddings);
  EXPECT_EQ(config.max_positions, 2048U);
  EXPECT_EQ(config.eos_ids, (std::vector<std::int64_t>{2, 7}));
  EXPECT_EQ(config.dtype, "bfloat16");
}

TEST(LlamaConfig, ReadsBothSpellings) {
  EXPECT_EQ(load(with("rope_parameters", {{"rope_theta", 9.0}, {"rope_type", "default"}})).rope_theta, 9.0);
  EXPECT_EQ(load(with("rope_scaling", nullptr)).rope_theta, 5000.0);
  EXPECT_EQ(load(with("dtype", "float32")).dtype, "float32");
  EXPECT_EQ(load(with("eos_token_id", 3)).eos_ids, (std::vector<std::int64_t>{3}));
  EXPECT_TRUE(load(with("eos_token_id", nullptr)).eos_ids.empty());
  EXPECT_EQ(load(with("head_dim", 12)).head_dim, 12U);
  EXPECT_EQ(load(with("num_key_value_heads", nullptr)).kv_heads, 6U);
  EXPECT_TRUE(load(with("tie_word_embeddings", true)).tied_embeddings);
}

TEST(LlamaConfig, NamesWhatItRefuses) {
  const std::vector<std::pair<std::string, json>> refused = {
      {"architectures", {"MistralForCausalLM"}},
      {"architectures", nullptr},
      {"model_type", "mistral"},
      {"hidden_act", "gelu"},
      {"attention_bias", true},
      {"mlp_bias", true},
      {"rope_scaling", {{"rope_type", "llama3"}, {"factor", 8.0}}},
      {"rope_scaling", {{"type", "linear"}, {"factor", 2.0}}},
      {"rope_parameters", {{"rope_type", "yarn"}}},
      {"quantization_config", {{"quant_method", "gptq"}}},
      {"pretraining_tp", 2},
      {"sliding_window", 4096},
      {"partial_rotary_factor", 0.5},
      {"vocab_size", nullptr},
      {"vocab_size", -3},
      {"vocab_size", "many"},
      {"hidden_size", 0},
      {"hidden_size", 1ULL << 40},
      {"num_key_value_heads", 4},
      {"head_dim", 7},
      {"num_attention_heads", 5},
      {"rms_norm_eps", 0.0},
      {"rope_theta", -1.0},
      {"tie_word_embeddings", "yes"},
      {"eos_token_id", "end"},
      {"eos_token_id", -1},
  };
  for (const auto& [key, value] : refused) {
    const std::string error = error_of(ErrorKind::usage, [&] { (void)load(with(key, value)); });
    EXPECT_THAT(error, testing::HasSubstr("config.json: ")) << key << " " << value;
    const std::string named = key == "num_attention_heads" ? "num_key_value_heads" : key;
    EXPECT_THAT(error, testing::HasSubstr("\"" + named + "\"")) << value;
  }
}

TEST(LlamaConfig, RefusesWhatIsNoConfiguration) {
  const TemporaryFolder directory;
  EXPECT_THAT(error_of(ErrorKind::usage, [&] { (void)load_config(directory.path()); }),
              testing::HasSubstr("config.json"));
  for (const char* text : {"", "[]", "{", "3"}) {
    directory.write("config.json", text);
    EXPECT_THAT(error_of(ErrorKind::usage, [&] { (void)load_config(directory.path()); }),
                testing::HasSubstr("not a JSON object"));
  }
}

TEST(LlamaConfig, SavesWhatItLoads) {
  const LlamaConfig config = load(with("head_dim", 12));
  const TemporaryFolder directory;
  save_config(config, directory.path());
  const LlamaConfig again = load_config(directory.path());
  EXPECT_EQ(again.vocabulary, config.vocabulary);
  EXPECT_EQ(again.hidden, config.hidden);
  EXPECT_EQ(again.blocks, config.blocks);
  EXPECT_EQ(again.heads, config.heads);
  EXPECT_EQ(again.kv_heads, config.kv_heads);
  EXPECT_EQ(again.head_dim, 12U);
  EXPECT_EQ(again.intermediate, config.intermediate);
  EXPECT_EQ(again.rope_theta, config.rope_theta);
  EXPECT_EQ(again.rms_epsilon, config.rms_epsilon);
  EXPECT_EQ(again.max_positions, config.max_positions);
  EXPECT_EQ(again.eos_ids, config.eos_ids);
  EXPECT_EQ(again.dtype, config.dtype);
}

}  // namespace
}  // namespace cutlink::model
