#include "model/llama/llama_shapes.h"

#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/temporary_folder.h"
#include "model/llama/llama_fixture.h"

namespace cutlink::model {
namespace {

TEST(LlamaShapes, ListAllThatASavedModelHolds) {
  for (const bool tied : {true, false}) {
    LlamaConfig config = small_config();
    config.tied_embeddings = tied;
    const TemporaryFolder directory;
    save_pretrained(Llama(config, nullptr, whole(config), DType::f32, Training::none, {}, 9),
                    directory.path(), StoredType::f32);
    const SafetensorsFile file(directory.path() / "model.safetensors");
    const std::vector<WeightShape> all = all_weights(config);
    EXPECT_EQ(all.size(), 2 + 9 * config.blocks + (tied ? 0 : 1));
    ASSERT_EQ(file.tensors().size(), all.size());
    for (const WeightShape& weight : all) {
      ASSERT_TRUE(file.tensors().contains(weight.name)) << weight.name;
      EXPECT_EQ(file.tensors().at(weight.name).shape,
                (std::vector<std::uint64_t>{weight.shape.begin(), weight.shape.end()}))
          << weight.name;
    }
  }
}

TEST(LlamaShapes, ACheckpointOfAnotherConfigIsRefusedByName) {
  const TemporaryFolder directory;
  LlamaConfig config = small_config();
  config.tied_embeddings = true;
  save_pretrained(Llama(config, nullptr, whole(config), DType::f32, Training::none, {}, 9), directory.path(),
                  StoredType::f32);
  const Checkpoint checkpoint(directory.path());
  check_weights(config, checkpoint);
  const auto refused = [&](auto&& change) {
    LlamaConfig other = config;
    change(other);
    return error_of(ErrorKind::usage, [&] { check_weights(other, checkpoint); });
  };
  EXPECT_NE(refused([](LlamaConfig& c) { ++c.blocks; }).find("model.layers.4.input_layernorm.weight"),
            std::string::npos);
  EXPECT_NE(refused([](LlamaConfig& c) { c.kv_heads = 3; }).find("self_attn.k_proj.weight"),
            std::string::npos);
  EXPECT_NE(refused([](LlamaConfig& c) { ++c.intermediate; }).find("mlp.gate_proj.weight"),
            std::string::npos);
  EXPECT_NE(refused([](LlamaConfig& c) { c.tied_embeddings = false; }).find("lm_head.weight"),
            std::string::npos);
}

}  // namespace
}  // namespace cutlink::model
