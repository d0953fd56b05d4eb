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

// A saved model whose file has one tensor more.
std::string answer_to(const LlamaConfig& config, const std::string& name, bool from_embedding) {
  const TemporaryFolder directory;
  save_pretrained(Llama(config, nullptr, whole(config), DType::f32, Training::none, {}, 9), directory.path(),
                  StoredType::f32);
  const std::filesystem::path path = directory.path() / "model.safetensors";
  {
    const SafetensorsFile file(path);
    std::vector<TensorToStore> tensors;
    for (const auto& [stored_name, tensor] : file.tensors()) {
      tensors.push_back({stored_name, tensor.type, tensor.shape, tensor.bytes});
    }
    const StoredTensor& twin =
        file.tensors().at(from_embedding ? "model.embed_tokens.weight" : "model.norm.weight");
    tensors.push_back({name, twin.type, twin.shape, twin.bytes});
    write_safetensors(path, tensors, {});
  }
  return error_of(ErrorKind::usage, [&] { check_weights(config, Checkpoint(directory.path())); });
}

TEST(LlamaShapes, ATensorThatNobodyUsesIsRefused) {
  LlamaConfig config = small_config();
  config.tied_embeddings = true;
  for (const char* name : {"model.layers.0.self_attn.q_proj.bias", "model.layers.0.self_attn.q_norm.weight",
                           "model.layers.99.input_layernorm.weight", "lm_head.weight"}) {
    const std::string answer = answer_to(config, name, false);
    EXPECT_NE(answer.find("tensor \"" + std::string(name) + "\" would not be used"), std::string::npos)
        << answer;
  }
  EXPECT_EQ(answer_to(config, "model.layers.0.self_attn.rotary_emb.inv_freq", false), "no error");
  EXPECT_EQ(answer_to(config, "lm_head.weight", true),
            "no error");  // the same bytes: a tied head, written out
}

}  // namespace
}  // namespace cutlink::model
