#include "model/weights/converted_weights.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "model/llama/llama_weights.h"

namespace cutlink::model {
namespace {

TEST(ConvertedWeights, ArePassedOnAsTheyAreWhereTypesAgree) {
  ConvertedWeights weights;
  const at::Tensor stored = at::ones({4}, at::kFloat);
  EXPECT_TRUE(weights.get("w", stored, at::kFloat).is_same(stored));
}

TEST(ConvertedWeights, AreConvertedOnceForAllWhoHoldThem) {
  ConvertedWeights weights;
  const at::Tensor stored = at::arange(8, at::kBFloat16);
  const at::Tensor one = weights.get("w", stored, at::kFloat);
  EXPECT_EQ(one.scalar_type(), at::kFloat);
  EXPECT_TRUE(one.equal(stored.to(at::kFloat)));
  EXPECT_TRUE(weights.get("w", stored, at::kFloat).is_same(one));
  EXPECT_FALSE(weights.get("other", stored, at::kFloat).is_same(one));
  EXPECT_EQ(weights.get("w", stored, at::kHalf).scalar_type(), at::kHalf);
}

TEST(ConvertedWeights, LiveNoLongerThanTheirHolders) {
  ConvertedWeights weights;
  const at::Tensor stored = at::arange(8, at::kBFloat16);
  at::Tensor one = weights.get("w", stored, at::kFloat);
  const c10::weak_intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl> watch(one.getIntrusivePtr());
  one.reset();
  EXPECT_TRUE(watch.expired());
  EXPECT_TRUE(weights.get("w", stored, at::kFloat).equal(stored.to(at::kFloat)));  // and come again
}

TEST(ConvertedWeights, AreOneEvenWhereManyThreadsAsk) {
  ConvertedWeights weights;
  const at::Tensor stored = at::ones({1000}, at::kBFloat16);
  std::vector<at::Tensor> got(8);
  std::vector<std::thread> threads;
  threads.reserve(got.size());
  for (at::Tensor& mine : got) {
    threads.emplace_back([&] { mine = weights.get("w", stored, at::kFloat); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const at::Tensor& tensor : got) {
    EXPECT_TRUE(tensor.is_same(got[0]));
  }
}

TEST(ConvertedWeights, AreSharedByAllModelsOfACheckpoint) {
  const auto directory =
      std::filesystem::temp_directory_path() / ("cutlink_converted_weights_" + std::to_string(getpid()));
  std::filesystem::create_directories(directory);
  const std::vector<std::uint16_t> ones(12, 0x3F80);  // bf16
  const ByteSpan bytes(reinterpret_cast<const std::uint8_t*>(ones.data()), 2 * ones.size());
  write_safetensors(directory / "model.safetensors", {{"w", StoredType::bf16, {3, 4}, bytes}}, {});
  const Checkpoint checkpoint(directory);
  const LlamaConfig config;
  std::vector<NamedParameter> trained;
  const auto weight = [&](DType compute, Training training) {
    const WeightSource source(config, &checkpoint, compute, training, {}, 1);
    return source.base("w", {3, 4}, trained);
  };
  const at::Tensor one = weight(DType::f32, Training::adapters);
  const at::Tensor two = weight(DType::f32, Training::none);
  EXPECT_EQ(one.const_data_ptr(), two.const_data_ptr());
  EXPECT_EQ(one.sum().item<float>(), 12.0F);
  // In the file's own type it is the file that all use.
  EXPECT_EQ(weight(DType::bf16, Training::none).const_data_ptr(),
            weight(DType::bf16, Training::adapters).const_data_ptr());
  // Pre-training writes to its weights: they are its own.
  EXPECT_NE(weight(DType::f32, Training::all).const_data_ptr(), one.const_data_ptr());
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace cutlink::model
