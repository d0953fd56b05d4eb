// A model's digest knows every weight and every number of its config, and not how its files are cut up.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/file_io.h"
#include "model/llama/llama.h"
#include "model/weights/safetensors.h"
#include "train/agreement.h"
#include "train/half_fixture.h"

namespace cutlink::train {
namespace {

namespace fs = std::filesystem;

class ModelDigestOf : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("cutlink_model_digest_test_" + std::to_string(getpid()));
    fs::remove_all(directory_);
    const model::Llama whole(tiny_config(), nullptr,
                             {.embedding = true, .head = true, .bottom_begin = 0, .bottom_end = 4},
                             DType::f32, model::Training::none, {}, 3);
    model::save_pretrained(whole, directory_ / "whole", model::StoredType::f32);
  }
  void TearDown() override { fs::remove_all(directory_); }
  [[nodiscard]] ModelDigest digest(const std::string& name,
                                   const model::LlamaConfig& config = tiny_config()) const {
    return digest_of(config, model::Checkpoint(directory_ / name));
  }
  // Writes the whole model's tensors into two files with an index, after `change` of each one's bytes.
  template <typename Change>
  void write_in_two(const std::string& name, Change change) const {
    const model::SafetensorsFile file(directory_ / "whole/model.safetensors");
    fs::create_directories(directory_ / name);
    std::vector<ByteVector> bytes;
    bytes.reserve(file.tensors().size());
    std::vector<model::TensorToStore> part[2];
    std::string index = "{\"weight_map\": {";
    for (const auto& [tensor, stored] : file.tensors()) {
      bytes.emplace_back(stored.bytes.begin(), stored.bytes.end());
      change(tensor, bytes.back());
      const std::size_t which = bytes.size() % 2;
      part[which].push_back({tensor, stored.type, stored.shape, bytes.back()});
      index +=
          (bytes.size() > 1 ? ", \"" : "\"") + tensor + "\": \"" + std::to_string(which) + ".safetensors\"";
    }
    for (std::size_t i = 0; i < 2; ++i) {
      model::write_safetensors(directory_ / name / (std::to_string(i) + ".safetensors"), part[i], {});
    }
    replace_file(directory_ / name / "model.safetensors.index.json", index + "}}");
  }
  fs::path directory_;
};

TEST_F(ModelDigestOf, DoesNotDependOnHowFilesAreCutUp) {
  write_in_two("two", [](const std::string&, ByteVector&) {});
  EXPECT_EQ(digest("two"), digest("whole"));
}

TEST_F(ModelDigestOf, KnowsTheLastBitOfEveryWeight) {
  std::set<ModelDigest> seen = {digest("whole")};
  std::size_t weights = 0;
  const model::SafetensorsFile file(directory_ / "whole/model.safetensors");
  for (const auto& [changed, stored] : file.tensors()) {
    write_in_two("changed", [&](const std::string& tensor, ByteVector& bytes) {
      if (tensor == changed) {
        bytes.back() ^= 0x80U;  // a sign
      }
    });
    seen.insert(digest("changed"));
    ++weights;
  }
  EXPECT_EQ(weights, 3U + 4U * 9U);
  EXPECT_EQ(seen.size(), weights + 1);
}

TEST_F(ModelDigestOf, KnowsTheConfig) {
  model::LlamaConfig theta = tiny_config();
  theta.rope_theta = 500000.0;
  model::LlamaConfig epsilon = tiny_config();
  epsilon.rms_epsilon = 1e-6;
  model::LlamaConfig positions = tiny_config();
  positions.max_positions = 32;
  const std::set<ModelDigest> seen = {digest("whole"), digest("whole", theta), digest("whole", epsilon),
                                      digest("whole", positions)};
  EXPECT_EQ(seen.size(), 4U);
}

TEST_F(ModelDigestOf, IsWrittenAs32Digits) {
  ModelDigest value{};
  value[0] = 0xAB;
  value[15] = 0x01;
  EXPECT_EQ(to_text(value), "ab000000000000000000000000000001");
}

}  // namespace
}  // namespace cutlink::train
