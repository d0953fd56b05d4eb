#include "model/llama/llama_weights.h"

#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/temporary_folder.h"
#include "model/llama/llama_fixture.h"

namespace cutlink::model {
namespace {

TEST(LlamaWeights, FrozenWeightsOfTheComputeTypeStayInTheFile) {
  const TemporaryFolder directory;
  const LlamaConfig config = small_config();
  save_pretrained(Llama(config, nullptr, whole(config), DType::f32, Training::none, {}, 9), directory.path(),
                  StoredType::bf16);
  const Checkpoint checkpoint(directory.path());
  const std::string name = "model.embed_tokens.weight";
  const StoredTensor& stored = checkpoint.get(name, {37, 20});
  std::vector<NamedParameter> parameters;
  const LoraSpec lora;

  const WeightSource same(config, &checkpoint, DType::bf16, Training::none, lora, 1);
  EXPECT_EQ(same.base(name, {37, 20}, parameters).const_data_ptr(), stored.bytes.data());
  const WeightSource wider(config, &checkpoint, DType::f32, Training::none, lora, 1);
  const at::Tensor converted = wider.base(name, {37, 20}, parameters);
  EXPECT_EQ(converted.scalar_type(), at::kFloat);
  EXPECT_TRUE(at::equal(converted, same.base(name, {37, 20}, parameters).to(at::kFloat)));
  EXPECT_TRUE(parameters.empty());

  const WeightSource trained(config, &checkpoint, DType::f32, Training::all, lora, 1);
  const at::Tensor leaf = trained.base(name, {37, 20}, parameters);
  EXPECT_TRUE(leaf.requires_grad() && leaf.is_leaf());
  EXPECT_TRUE(at::equal(leaf, converted));
  ASSERT_EQ(parameters.size(), 1U);
  EXPECT_EQ(parameters[0].name, name);
}

TEST(LlamaWeights, RandomWeightsDependOnSeedAndNameOnly) {
  const LlamaConfig config = small_config();
  const LoraSpec lora;
  std::vector<NamedParameter> parameters;
  const auto make = [&](std::uint64_t seed, const char* name) {
    return WeightSource(config, nullptr, DType::f32, Training::none, lora, seed)
        .base(name, {40, 50}, parameters);
  };
  EXPECT_TRUE(at::equal(make(1, "a"), make(1, "a")));
  EXPECT_FALSE(at::equal(make(1, "a"), make(2, "a")));
  EXPECT_FALSE(at::equal(make(1, "a"), make(1, "b")));
  EXPECT_NEAR(make(1, "a").std().item<double>(), 0.02, 0.002);
}

TEST(LlamaWeights, NamesWhatTheCheckpointLacks) {
  const TemporaryFolder directory;
  LlamaConfig config = small_config();
  save_pretrained(Llama(config, nullptr, whole(config), DType::f32, Training::none, {}, 9), directory.path(),
                  StoredType::f32);
  const Checkpoint checkpoint(directory.path());
  config.blocks = 5;
  EXPECT_NE(error_of(ErrorKind::usage,
                     [&] { Llama(config, &checkpoint, whole(config), DType::f32, Training::none, {}, 9); })
                .find("model.layers.4.input_layernorm.weight"),
            std::string::npos);
}

}  // namespace
}  // namespace cutlink::model
