// Which rows attention lets see which; its numbers are checked in llama_block_test.cc.
#include <gtest/gtest.h>

#include "model/llama/llama_block.h"
#include "model/llama/llama_fixture.h"
#include "model/llama/llama_weights.h"

namespace cutlink::model {
namespace {

class LlamaAttention : public testing::Test {
 protected:
  LlamaAttention()
      : block_(WeightSource(config_, nullptr, DType::f32, Training::none, lora_, 3).block(0, none_)) {}
  [[nodiscard]] at::Tensor attend(const at::Tensor& x, const std::vector<std::uint32_t>& lengths) const {
    const RowLayout layout = RowLayout::of(lengths);
    return attention_fused(
        x, block_.attention,
        std::make_shared<const Passage>(
            Passage{{6, 2, 8, 1e-5}, layout.lengths, layout.positions, RopeTable::of(12, 8, 10000.0)}));
  }
  // Rows whose numbers differ between two results.
  static std::vector<std::int64_t> changed(const at::Tensor& a, const at::Tensor& b) {
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < a.size(0); ++i) {
      if (!at::equal(a[i], b[i])) {
        rows.push_back(i);
      }
    }
    return rows;
  }
  LlamaConfig config_ = small_config();
  LoraSpec lora_;
  std::vector<NamedParameter> none_;
  Block block_;
};

TEST_F(LlamaAttention, ARowReachesItselfAndLaterRowsOfItsSequenceOnly) {
  const at::Tensor x = numbers("x", {9, 20}, 2.0);
  at::Tensor other = x.clone();
  other[4] = numbers("y", {20}, 2.0);
  EXPECT_EQ(changed(attend(x, {3, 4, 2}), attend(other, {3, 4, 2})), (std::vector<std::int64_t>{4, 5, 6}));
}

TEST_F(LlamaAttention, ASequenceDoesNotKnowWhatLiesBesideIt) {
  const at::Tensor x = numbers("x", {9, 20}, 2.0);
  const at::Tensor together = attend(x, {3, 4, 2});
  EXPECT_LT(
      (together.narrow(0, 3, 4) - attend(x.narrow(0, 3, 4).contiguous(), {4})).abs().max().item<float>(),
      1e-6F);
}

TEST_F(LlamaAttention, PositionsCount) {
  // Swapping two earlier rows changes what a later one sees only because of their positions.
  const at::Tensor x = numbers("x", {5, 20}, 2.0);
  at::Tensor swapped = x.clone();
  swapped[1] = x[2];
  swapped[2] = x[1];
  EXPECT_GT((attend(x, {5})[4] - attend(swapped, {5})[4]).abs().max().item<float>(), 5e-6F);
}

}  // namespace
}  // namespace cutlink::model
