// FLOPs counted by hand. One shape: H 4, two query heads and one key-value head of 3 (so q 6, kv 3), F 5, V
// 10; sequences of 3 and 2 tokens: 5 rows, 6 + 3 pairs of positions that see each other.
//
// A block's weights: q 4·6, k and v 4·3 each, o 6·4, gate, up and down 4·5 each: 132.
//   matrices   2 · 5 rows · 132                    = 1320
//   attention  (2 scores + 2 values) · 9 pairs · 6 =  216
//   adapters   r 2, in + out: q 10, k 7, v 7, o 10, gate 9, up 9, down 9: 61; 2 · 5 rows · 2 · 61 = 1220
// Forward 2756. Backward: matrices once more, attention and adapters twice: 1320 + 432 + 2440 = 4192.
// Head: 2 · 5 rows · 4 · 10 = 400.
#include "run/compute_model.h"

#include <gtest/gtest.h>

namespace cutlink::run {
namespace {

const std::vector<std::uint32_t> lengths = {3, 2};

model::LlamaConfig config() {
  model::LlamaConfig c;
  c.vocabulary = 10;
  c.hidden = 4;
  c.blocks = 4;
  c.heads = 2;
  c.kv_heads = 1;
  c.head_dim = 3;
  c.intermediate = 5;
  return c;
}

train::TrainSpec spec(train::SplitSpec::Shape shape, std::vector<std::string> targets) {
  train::TrainSpec s;
  s.split = {shape, 1, 1};
  s.lora.r = 2;
  s.lora.targets = std::move(targets);
  return s;
}

const std::vector<std::string> all_targets = {"q_proj",    "k_proj",  "v_proj",   "o_proj",
                                              "gate_proj", "up_proj", "down_proj"};

TEST(WorkFlops, OfTheUShapeByHand) {
  const train::TrainSpec s = spec(train::SplitSpec::Shape::u, all_targets);
  const auto flops = [&](Work work, Phase phase) { return flops_of(work, phase, config(), s, lengths); };
  EXPECT_EQ(flops(Work::client_bottom_forward, Phase::train), 2756);
  EXPECT_EQ(flops(Work::server_forward, Phase::train), 2 * 2756);
  EXPECT_EQ(flops(Work::client_top, Phase::train), 2756 + 4192 + 2 * 400);
  EXPECT_EQ(flops(Work::server_backward, Phase::train), 2 * 4192);
  EXPECT_EQ(flops(Work::client_bottom_backward, Phase::train), 4192);
  EXPECT_EQ(flops(Work::client_bottom_forward, Phase::eval), 2756);
  EXPECT_EQ(flops(Work::client_top, Phase::eval), 2756 + 400);  // nothing goes backward
}

TEST(WorkFlops, OfTheVanillaSplitByHand) {
  const train::TrainSpec s = spec(train::SplitSpec::Shape::vanilla, all_targets);
  const auto flops = [&](Work work) { return flops_of(work, Phase::train, config(), s, lengths); };
  EXPECT_EQ(flops(Work::client_bottom_forward), 2756);
  EXPECT_EQ(flops(Work::server_forward),
            3 * 2756 + 400);  // the server has the head, and split.top says nothing
  EXPECT_EQ(flops(Work::client_top), 0);
  EXPECT_EQ(flops(Work::server_backward), 3 * 4192 + 400);
  EXPECT_EQ(flops(Work::client_bottom_backward), 4192);
}

TEST(WorkFlops, EveryAdapterCountsItsOwnShape) {
  const std::vector<int> in_plus_out = {10, 7, 7, 10, 9, 9, 9};
  const auto forward = [](const std::vector<std::string>& targets) {
    return flops_of(Work::client_bottom_forward, Phase::train, config(),
                    spec(train::SplitSpec::Shape::u, targets), lengths);
  };
  EXPECT_EQ(forward({}), 1320 + 216);
  for (std::size_t i = 0; i < all_targets.size(); ++i) {
    EXPECT_EQ(forward({all_targets[i]}), 1320 + 216 + 2 * 5 * 2 * in_plus_out[i]) << all_targets[i];
  }
}

TEST(WorkFlops, SequencesDoNotSeeEachOther) {
  const train::TrainSpec s = spec(train::SplitSpec::Shape::u, {});
  const auto of = [&](const std::vector<std::uint32_t>& rows) {
    return flops_of(Work::client_bottom_forward, Phase::train, config(), s, rows);
  };
  EXPECT_EQ(of({5}) - of({3, 2}), 4 * (15 - 9) * 6);  // the same rows, six pairs more
  EXPECT_EQ(of({}), 0);
}

TEST(ComputeModel, TheServersDeviceIsItsOwn) {
  const ComputeModel model("profile:laptop-cpu/rtx3090",
                           std::string(CUTLINK_SOURCE_DIR) + "/scenarios/profiles", config(),
                           spec(train::SplitSpec::Shape::u, all_targets));
  EXPECT_EQ(model.encode_ns(Half::client, CodingCost::quantised, 1000), 2000);
  EXPECT_EQ(model.encode_ns(Half::server, CodingCost::quantised, 1000), 40);
  EXPECT_EQ(model.decode_ns(Half::client, CodingCost::copied, 1000), 200);
}

}  // namespace
}  // namespace cutlink::run
