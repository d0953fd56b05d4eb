#include "model/llama/llama.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "model/llama/llama_fixture.h"

namespace cutlink::model {
namespace {

struct Outcome {
  at::Tensor loss;
  std::vector<at::Tensor> gradients;
};

std::vector<std::int32_t> some_labels(std::size_t rows, const LlamaConfig& config) {
  std::vector<std::int32_t> labels = ids_of(rows, config.vocabulary);
  for (std::size_t i = 0; i < rows; i += 3) {
    labels[i] = -100;
  }
  return labels;
}

// Loss and gradients with the graph broken before each of the blocks in `cuts`.
Outcome run(Llama& model, const std::vector<std::size_t>& cuts) {
  const RowLayout layout = RowLayout::of(lengths());
  const std::vector<std::int32_t> ids = ids_of(layout.rows(), model.config().vocabulary);
  std::vector<at::Tensor> outputs, leaves;
  at::Tensor x = model.embed(ids);
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    outputs.push_back(model.run_blocks(x, begin, cut, layout));
    x = outputs.back().detach().set_requires_grad(true);
    leaves.push_back(x);
    begin = cut;
  }
  x = model.run_blocks(x, begin, model.config().blocks, layout);
  std::size_t count = 0;
  Outcome out{model.loss_sum(x, some_labels(layout.rows(), model.config()), count), {}};
  EXPECT_EQ(count, 16U);
  backward(out.loss);
  for (std::size_t i = cuts.size(); i-- > 0;) {
    backward(outputs[i], leaves[i].grad());
  }
  out.gradients = take_gradients(model.parameters());
  return out;
}

class LlamaTypes : public testing::TestWithParam<DType> {};

TEST_P(LlamaTypes, SplitEqualsUnsplitBitForBit) {
  const LlamaConfig config = small_config();
  Llama model(config, nullptr, whole(config), GetParam(), Training::adapters, {.r = 3, .alpha = 6}, 5);
  stir(model.parameters());
  const Outcome unsplit = run(model, {});
  for (const std::vector<std::size_t>& cuts : {std::vector<std::size_t>{1}, {1, 3}, {2}, {1, 2, 3}}) {
    const Outcome split = run(model, cuts);
    EXPECT_TRUE(at::equal(unsplit.loss, split.loss));
    ASSERT_EQ(unsplit.gradients.size(), split.gradients.size());
    for (std::size_t i = 0; i < split.gradients.size(); ++i) {
      EXPECT_TRUE(at::equal(unsplit.gradients[i], split.gradients[i])) << model.parameters()[i].name;
      EXPECT_GT(split.gradients[i].abs().max().item<float>(), 0.0F) << model.parameters()[i].name;
    }
  }
}

TEST_P(LlamaTypes, HalvesOfTheirOwnEqualTheWhole) {
  const LlamaConfig config = small_config();
  const LoraSpec lora{.r = 3, .alpha = 6};
  Llama model(config, nullptr, whole(config), GetParam(), Training::adapters, lora, 5);
  const Llama client(config, nullptr,
                     {.embedding = true, .head = true, .bottom_end = 1, .top_begin = 3, .top_end = 4},
                     GetParam(), Training::adapters, lora, 5);
  const Llama server(config, nullptr, {.bottom_begin = 1, .bottom_end = 3}, GetParam(), Training::adapters,
                     lora, 5);
  const RowLayout layout = RowLayout::of(lengths());
  const std::vector<std::int32_t> ids = ids_of(layout.rows(), config.vocabulary);
  const at::Tensor y = model.logits(model.run_blocks(model.embed(ids), 0, 4, layout));
  at::Tensor x = client.run_blocks(client.embed(ids), 0, 1, layout);
  x = server.run_blocks(x, 1, 3, layout);
  EXPECT_TRUE(at::equal(y, client.logits(client.run_blocks(x, 3, 4, layout))));
}

TEST_P(LlamaTypes, SequencesDoNotSeeEachOther) {
  const LlamaConfig config = small_config();
  const Llama model(config, nullptr, whole(config), GetParam(), Training::none, {}, 5);
  const RowLayout together = RowLayout::of(lengths());
  const std::vector<std::int32_t> ids = ids_of(together.rows(), config.vocabulary);
  const at::Tensor all = model.logits(model.run_blocks(model.embed(ids), 0, 4, together));
  std::size_t begin = 0;
  for (const std::uint32_t length : lengths()) {
    const RowLayout alone = RowLayout::of(std::vector<std::uint32_t>{length});
    const at::Tensor one =
        model.logits(model.run_blocks(model.embed(std::span(ids).subspan(begin, length)), 0, 4, alone));
    const double tolerance =
        GetParam() == DType::f32 ? 1e-5 : 2e-2;  // products of other shapes round otherwise
    EXPECT_TRUE(at::allclose(one, all.narrow(0, static_cast<std::int64_t>(begin), length), 0.0, tolerance));
    begin += length;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, LlamaTypes, testing::Values(DType::f32, DType::bf16),
                         [](const auto& type) { return name_of(type.param); });

TEST(Llama, TrainingEverythingGivesTheLossOfTheFrozenModel) {
  LlamaConfig config = small_config();
  for (const bool tied : {false, true}) {
    config.tied_embeddings = tied;
    Llama frozen(config, nullptr, whole(config), DType::f32, Training::none, {}, 5);
    Llama trained(config, nullptr, whole(config), DType::f32, Training::all, {}, 5);
    EXPECT_EQ(trained.parameters().size(), 2U + 9U * config.blocks + (tied ? 0U : 1U));
    const RowLayout layout = RowLayout::of(lengths());
    const std::vector<std::int32_t> ids = ids_of(layout.rows(), config.vocabulary);
    const std::vector<std::int32_t> labels = some_labels(layout.rows(), config);
    std::size_t count = 0;
    const auto loss = [&](const Llama& model) {
      return model.loss_sum(model.run_blocks(model.embed(ids), 0, 4, layout), labels, count);
    };
    const at::Tensor y = loss(trained);
    EXPECT_NEAR(y.item<float>(), loss(frozen).item<float>(), 1e-4);
    backward(y);
    for (const at::Tensor& gradient : take_gradients(trained.parameters())) {
      EXPECT_GT(gradient.abs().max().item<float>(), 0.0F);
    }
  }
}

TEST(Llama, HookSeesAndChangesTheInputOfEveryBlock) {
  const LlamaConfig config = small_config();
  const Llama model(config, nullptr, whole(config), DType::f32, Training::none, {}, 5);
  const RowLayout layout = RowLayout::of(lengths());
  std::vector<std::size_t> seen;
  const BlockHook hook = [&seen](std::size_t block, const at::Tensor& x) {
    seen.push_back(block);
    return x * 0.0;
  };
  const at::Tensor x = at::ones({static_cast<std::int64_t>(layout.rows()), 20}, at::kFloat);
  const at::Tensor y = model.run_blocks(x, 1, 4, layout, &hook);
  EXPECT_EQ(seen, (std::vector<std::size_t>{1, 2, 3}));
  EXPECT_EQ(y.abs().max().item<float>(), 0.0F);
}

TEST(Llama, SaysWhatTrainsBelowACut) {
  const LlamaConfig config = small_config();
  const Part client{.embedding = true, .head = true, .bottom_end = 1, .top_begin = 3, .top_end = 4};
  const LoraSpec lora{.r = 2, .alpha = 2};
  EXPECT_TRUE(Llama(config, nullptr, client, DType::f32, Training::adapters, lora, 1).trains_below(1));
  const Part top{.embedding = true, .head = true, .top_begin = 3, .top_end = 4};
  EXPECT_FALSE(Llama(config, nullptr, top, DType::f32, Training::adapters, lora, 1).trains_below(3));
  EXPECT_FALSE(Llama(config, nullptr, client, DType::f32, Training::none, lora, 1).trains_below(4));
  EXPECT_TRUE(Llama(config, nullptr, top, DType::f32, Training::all, lora, 1).trains_below(0));
}

TEST(Llama, InitialisesAdaptersByName) {
  const LlamaConfig config = small_config();
  Llama model(config, nullptr, whole(config), DType::f32, Training::adapters, {.r = 3, .alpha = 6}, 5);
  Llama server(config, nullptr, {.bottom_begin = 2, .bottom_end = 3}, DType::f32, Training::adapters,
               {.r = 3, .alpha = 6}, 5);
  std::size_t found = 0;
  for (const NamedParameter& mine : server.parameters()) {
    for (const NamedParameter& theirs : model.parameters()) {
      if (mine.name == theirs.name) {
        EXPECT_TRUE(at::equal(mine.value, theirs.value));
        ++found;
      }
    }
    const double bound = 1.0 / std::sqrt(static_cast<double>(mine.value.size(1)));
    const double largest = mine.value.abs().max().item<double>();
    if (mine.name.find("lora_A") != std::string::npos) {
      EXPECT_LE(largest, bound);
      EXPECT_GT(largest, 0.8 * bound);
    } else {
      EXPECT_EQ(largest, 0.0);
    }
  }
  EXPECT_EQ(found, 14U);
}

TEST(Llama, RefusesWhatDoesNotFit) {
  LlamaConfig config = small_config();
  const auto make = [&config](const Part& part, Training training, const LoraSpec& lora) {
    return Llama(config, nullptr, part, DType::f32, training, lora, 1);
  };
  EXPECT_THROW(make({.bottom_end = 5}, Training::none, {}), Error);
  EXPECT_THROW(make(whole(config), Training::adapters, {.r = 0}), Error);
  EXPECT_THROW(make(whole(config), Training::adapters, {.targets = {"lm_head"}}), Error);
  config.tied_embeddings = true;
  EXPECT_THROW(make({.embedding = true}, Training::all, {}), Error);

  const Llama model = make(whole(config), Training::none, {});
  EXPECT_THROW((void)model.embed(std::vector<std::int32_t>{37}), Error);
  EXPECT_THROW((void)model.embed(std::vector<std::int32_t>{-1}), Error);
  std::size_t count = 0;
  EXPECT_THROW((void)model.loss_sum(at::zeros({1, 20}), std::vector<std::int32_t>{37}, count), Error);
  const RowLayout layout = RowLayout::of(std::vector<std::uint32_t>{65});
  EXPECT_THROW((void)model.run_blocks(at::zeros({65, 20}), 0, 1, layout), Error);
}

}  // namespace
}  // namespace cutlink::model
