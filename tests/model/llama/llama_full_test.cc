// Against transformers and peft, run in the project's virtual environment on checkpoints that they write.
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "model/llama/llama.h"
#include "model/llama/llama_fixture.h"

namespace cutlink::model {
namespace {

namespace fs = std::filesystem;

const std::string script = std::string(CUTLINK_SOURCE_DIR) + "/tests/model/llama/llama_reference.py";

int python(const std::string& arguments) {
  return std::system((std::string(CUTLINK_PYTHON) + " " + arguments + " 2>&1").c_str());
}

bool python_has_packages() {
  static const bool has = python("-c 'import torch, transformers, peft, safetensors'") == 0;
  return has;
}

#define NEEDS_PYTHON()                                                                       \
  if (!python_has_packages()) {                                                              \
    GTEST_SKIP() << CUTLINK_PYTHON                                                           \
                 << " has no torch, transformers, peft, safetensors: run tools/setup --all"; \
  }

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("cutlink-llama-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// A tensor of a reference file, fp32.
at::Tensor read(const SafetensorsFile& file, const std::string& name) {
  const StoredTensor& stored = file.tensors().at(name);
  at::Tensor tensor =
      at::empty(std::vector<std::int64_t>(stored.shape.begin(), stored.shape.end()), at::kFloat);
  std::memcpy(tensor.mutable_data_ptr(), stored.bytes.data(), stored.bytes.size());
  return tensor;
}

std::vector<std::int32_t> read_ids(const SafetensorsFile& file) {
  const at::Tensor ids = read(file, "ids");
  const float* data = ids.const_data_ptr<float>();
  std::vector<std::int32_t> out;
  for (std::int64_t i = 0; i < ids.numel(); ++i) {
    out.push_back(static_cast<std::int32_t>(data[i]));
  }
  return out;
}

at::Tensor logits_of(const Llama& model, const std::vector<std::int32_t>& ids, const RowLayout& layout) {
  const c10::NoGradGuard no_grad;
  return model.logits(model.run_blocks(model.embed(ids), 0, model.config().blocks, layout));
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

std::vector<std::int32_t> next_token_labels(const std::vector<std::int32_t>& ids, const RowLayout& layout) {
  std::vector<std::int32_t> labels(ids.size(), -100);
  for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
    if (layout.positions[i + 1] != 0) {
      labels[i] = ids[i + 1];
    }
  }
  return labels;
}

TEST(Transformers, TinyModelsHaveTheSameLogitsLossesAndGradients) {
  NEEDS_PYTHON();
  const Folder folder;
  ASSERT_EQ(python(script + " write " + folder.path().string()), 0);
  const RowLayout layout = RowLayout::of(std::vector<std::uint32_t>{9, 1, 14, 5});
  std::size_t cases = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.path())) {
    SCOPED_TRACE(entry.path().filename().string());
    ++cases;
    const SafetensorsFile reference(entry.path() / "reference.safetensors");
    const LlamaConfig config = load_config(entry.path());
    const Checkpoint checkpoint(entry.path());
    const LoraSpec lora = load_lora_spec(entry.path() / "adapter");
    Llama model(config, &checkpoint, whole(config), DType::f32, Training::adapters, lora, 1);
    const std::vector<std::int32_t> ids = read_ids(reference);

    // B is zero as made: the adapters change nothing yet.
    EXPECT_LE(largest_difference(logits_of(model, ids, layout), read(reference, "logits")), 1e-4);
    load_adapters(entry.path() / "adapter", lora, model.parameters());
    EXPECT_LE(largest_difference(logits_of(model, ids, layout), read(reference, "tuned_logits")), 1e-4);

    std::size_t count = 0;
    const at::Tensor x = model.run_blocks(model.embed(ids), 0, config.blocks, layout);
    const at::Tensor loss = model.loss_sum(x, next_token_labels(ids, layout), count);
    EXPECT_EQ(count, 25U);
    const float expected = read(reference, "loss").item<float>();
    EXPECT_NEAR(loss.item<float>(), expected, 1e-5F * expected);
    backward(loss);
    EXPECT_EQ(model.parameters().size(), 14U * config.blocks);
    for (const NamedParameter& p : model.parameters()) {
      const at::Tensor theirs = read(reference, "grad." + p.name);
      EXPECT_LE(largest_difference(p.value.grad(), theirs), 1e-4 * theirs.abs().max().item<double>())
          << p.name;
    }
  }
  EXPECT_EQ(cases, 6U);
}

TEST(Transformers, LoadsTheModelsAndAdaptersThatWeWrite) {
  NEEDS_PYTHON();
  for (const bool tied : {false, true}) {
    const Folder folder;
    LlamaConfig config = small_config();
    config.hidden = 24;  // transformers wants a multiple of the heads
    config.tied_embeddings = tied;
    const LoraSpec lora{.r = 3, .alpha = 7.5, .targets = {"q_proj", "v_proj", "o_proj", "down_proj"}};
    const fs::path model_path = folder.path() / "model";
    save_pretrained(Llama(config, nullptr, whole(config), DType::f32, Training::none, {}, 9), model_path,
                    StoredType::f32);
    const Checkpoint checkpoint(model_path);
    Llama model(load_config(model_path), &checkpoint, whole(config), DType::f32, Training::adapters, lora, 9);

    const RowLayout layout = RowLayout::of(lengths());
    const std::vector<std::int32_t> ids = ids_of(layout.rows(), config.vocabulary);
    const at::Tensor base = logits_of(model, ids, layout);
    stir(model.parameters());
    save_adapters(folder.path() / "adapter", lora, "tiny", model.parameters());
    const at::Tensor tuned = logits_of(model, ids, layout);
    EXPECT_GT(largest_difference(base, tuned), 1e-2);

    const std::vector<float> ids_f32(ids.begin(), ids.end());
    const std::vector<float> lengths_f32(lengths().begin(), lengths().end());
    const auto bytes = [](const auto* data, std::size_t count) {
      return ByteSpan(reinterpret_cast<const std::uint8_t*>(data), count * sizeof(float));
    };
    const auto stored = [&bytes](const std::string& name, const at::Tensor& t) {
      return TensorToStore{name,
                           StoredType::f32,
                           {t.sizes().begin(), t.sizes().end()},
                           bytes(t.const_data_ptr<float>(), static_cast<std::size_t>(t.numel()))};
    };
    write_safetensors(
        folder.path() / "reference.safetensors",
        {{"ids", StoredType::f32, {ids_f32.size()}, bytes(ids_f32.data(), ids_f32.size())},
         {"lengths", StoredType::f32, {lengths_f32.size()}, bytes(lengths_f32.data(), lengths_f32.size())},
         stored("logits", base),
         stored("tuned_logits", tuned)},
        {});
    EXPECT_EQ(python(script + " check " + folder.path().string()), 0);
  }
}

TEST(Transformers, SmolLM2HasTheSameLogits) {
  NEEDS_PYTHON();
  at::set_num_threads(2);
  const char* given = std::getenv("CUTLINK_SMOLLM2");
  const fs::path path = given != nullptr ? given : CUTLINK_SOURCE_DIR "/models/smollm2-135m";
  if (!fs::exists(path / "config.json")) {
    GTEST_SKIP() << path << " is missing: run tools/fetch-model smollm2-135m, or set CUTLINK_SMOLLM2";
  }
  const Folder folder;
  ASSERT_EQ(python(script + " smollm2 " + path.string() + " " + folder.path().string()), 0);
  const SafetensorsFile reference(folder.path() / "reference.safetensors");
  const LlamaConfig config = load_config(path);
  const Checkpoint checkpoint(path);
  const Llama model(config, &checkpoint, whole(config), DType::f32, Training::none, {}, 1);
  const at::Tensor ours =
      logits_of(model, read_ids(reference), RowLayout::of(std::vector<std::uint32_t>{24, 7}));
  EXPECT_LE(largest_difference(ours, read(reference, "logits")), 1e-3);
}

}  // namespace
}  // namespace cutlink::model
