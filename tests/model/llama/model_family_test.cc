#include "model/llama/model_family.h"

#include <gtest/gtest.h>

#include <set>

#include "model/llama/llama_fixture.h"
#include "model/llama/llama_shapes.h"

namespace cutlink::model {
namespace {

TEST(ModelFamily, IsFoundByItsArchitecture) {
  for (const ModelFamily& family : model_families()) {
    EXPECT_EQ(find_family(family.architecture), &family);
  }
  EXPECT_EQ(find_family("LlamaForCausalLM"), &model_families().front());
  EXPECT_EQ(find_family("Qwen2ForCausalLM"), nullptr);
  EXPECT_EQ(find_family(""), nullptr);
}

// A block is made of exactly the nine weights that are computed.
TEST(ModelFamily, EveryRowListsEachComputedWeightOnce) {
  for (const ModelFamily& family : model_families()) {
    const std::set<BlockWeight> weights(family.block_weights.begin(), family.block_weights.end());
    EXPECT_EQ(weights.size(), family.block_weights.size());
    EXPECT_EQ(weights.size(), 9U);
    EXPECT_GT(family.max_positions, 0U);
    EXPECT_FALSE(family.rope_types.empty());
  }
}

// The order of a checkpoint's weights is part of a model's digest.
TEST(ModelFamily, TheOrderOfABlocksWeightsIsFixed) {
  std::string names;
  for (const WeightShape& weight : block_weights(small_config(), 2)) {
    EXPECT_TRUE(weight.name.starts_with("model.layers.2.")) << weight.name;
    names += weight.name.substr(15) + " ";
  }
  EXPECT_EQ(names,
            "input_layernorm.weight self_attn.q_proj.weight self_attn.k_proj.weight self_attn.v_proj.weight "
            "self_attn.o_proj.weight post_attention_layernorm.weight mlp.gate_proj.weight mlp.up_proj.weight "
            "mlp.down_proj.weight ");
}

TEST(ModelFamily, AWeightHasTheShapeOfItsName) {
  const LlamaConfig config = small_config();  // 6 heads of 8, 2 of them for keys; H 20, F 28
  const auto shape = [&](BlockWeight weight) { return block_weight(config, 0, weight).shape; };
  EXPECT_EQ(shape(BlockWeight::attention_norm), (std::vector<std::int64_t>{20}));
  EXPECT_EQ(shape(BlockWeight::q), (std::vector<std::int64_t>{48, 20}));
  EXPECT_EQ(shape(BlockWeight::v), (std::vector<std::int64_t>{16, 20}));
  EXPECT_EQ(shape(BlockWeight::o), (std::vector<std::int64_t>{20, 48}));
  EXPECT_EQ(shape(BlockWeight::down), (std::vector<std::int64_t>{20, 28}));
}

}  // namespace
}  // namespace cutlink::model
