#include "train/pretrain.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "base/file_io.h"
#include "base/version.h"
#include "model/llama/llama.h"
#include "model/tokenizer/byte_tokenizer.h"
#include "model/tokenizer/tokenizer.h"

namespace cutlink::train {
namespace {

namespace fs = std::filesystem;

PretrainSpec small_spec() {
  PretrainSpec spec;
  spec.config.hidden = 16;
  spec.config.blocks = 2;
  spec.config.heads = 2;
  spec.config.kv_heads = 1;
  spec.config.head_dim = 8;
  spec.config.intermediate = 24;
  spec.steps = 60;
  spec.threads = 1;
  spec.batch = 2;
  spec.sequence_length = 32;
  spec.learning_rate = 1e-2;
  spec.warmup_steps = 5;
  spec.decay_steps = 20;
  return spec;
}

TEST(Pretrain, WritesAModelThatLoadsAndHasLearnt) {
  const fs::path directory = fs::path(testing::TempDir()) / "pretrain_small";
  fs::remove_all(directory);
  std::vector<std::uint32_t> reported;
  const PretrainResult result =
      pretrain(small_spec(), directory, "cutlink pretrain somewhere",
               [&](const PretrainProgress& progress) { reported.push_back(progress.step); });
  EXPECT_LT(result.final_loss, result.first_loss - 1.0);
  EXPECT_EQ(result.tokens, 60U * 64U);
  EXPECT_EQ(reported, (std::vector<std::uint32_t>{49, 59}));

  const model::LlamaConfig config = model::load_config(directory);
  EXPECT_EQ(config.hidden, 16U);
  EXPECT_EQ(config.dtype, "bfloat16");
  EXPECT_EQ(config.eos_ids, std::vector<std::int64_t>{model::byte_end_id});
  const model::Checkpoint checkpoint(directory);
  EXPECT_TRUE(checkpoint.contains("model.layers.1.mlp.down_proj.weight"));
  EXPECT_EQ(model::Tokenizer::load(directory).encode("ab"), (std::vector<std::int32_t>{'a', 'b'}));
  const auto provenance = nlohmann::json::parse(read_text_file(directory / "provenance.json", 1U << 20));
  EXPECT_EQ(provenance.at("command"), "cutlink pretrain somewhere");
  EXPECT_EQ(provenance.at("seed"), 1);
  EXPECT_EQ(provenance.at("commit"), commit());
  EXPECT_EQ(provenance.at("threads"), 1);
  EXPECT_NE(provenance.at("text").get<std::string>().find("train/pretraining_text"), std::string::npos);
  fs::remove_all(directory);
}

TEST(Pretrain, RateWarmsUpHoldsAndFallsToZero) {
  PretrainSpec spec;
  spec.steps = 100;
  spec.warmup_steps = 9;
  spec.decay_steps = 20;
  spec.learning_rate = 1.0;
  EXPECT_DOUBLE_EQ(pretrain_rate_at(spec, 0), 0.1);
  EXPECT_DOUBLE_EQ(pretrain_rate_at(spec, 50), 1.0);
  EXPECT_DOUBLE_EQ(pretrain_rate_at(spec, 90), 0.5);
  EXPECT_DOUBLE_EQ(pretrain_rate_at(spec, 99), 0.05);
}

TEST(Pretrain, RefusesWhatCannotWork) {
  PretrainSpec none = small_spec();
  none.steps = 0;
  PretrainSpec vocabulary = small_spec();
  vocabulary.config.vocabulary = 300;
  PretrainSpec schedule = small_spec();
  schedule.warmup_steps = 50;
  PretrainSpec length = small_spec();
  length.sequence_length = 5000;
  for (const PretrainSpec& spec : {none, vocabulary, schedule, length}) {
    EXPECT_THROW(static_cast<void>(pretrain(spec, "never_written", "", {})), Error);
    EXPECT_FALSE(fs::exists("never_written"));
  }
}

}  // namespace
}  // namespace cutlink::train
