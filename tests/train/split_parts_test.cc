#include "train/split_parts.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cutlink::train {
namespace {

using Shape = SplitSpec::Shape;

TEST(SplitParts, EveryBlockIsHeldByOneHalf) {
  model::LlamaConfig config;
  config.blocks = 6;
  for (const SplitSpec split :
       {SplitSpec{Shape::u, 1, 0}, SplitSpec{Shape::u, 2, 2}, SplitSpec{Shape::u, 0, 5},
        SplitSpec{Shape::vanilla, 3, 0}, SplitSpec{Shape::vanilla, 0, 0}}) {
    const model::Part client = client_part(split, config);
    const model::Part server = server_part(split, config);
    for (std::size_t block = 0; block < config.blocks; ++block) {
      EXPECT_NE(client.holds(block), server.holds(block)) << "block " << block;
      EXPECT_TRUE(whole_model(config).holds(block));
    }
    EXPECT_TRUE(client.embedding);
    EXPECT_FALSE(server.embedding);
    EXPECT_EQ(client.head, split.shape == Shape::u);
    EXPECT_NE(client.head, server.head);
  }
}

TEST(SplitParts, RefusesASplitWithoutAServer) {
  model::LlamaConfig config;
  config.blocks = 6;
  EXPECT_THROW(static_cast<void>(client_part({Shape::u, 3, 3}, config)), Error);
  EXPECT_THROW(static_cast<void>(server_part({Shape::vanilla, 6, 0}, config)), Error);
  EXPECT_THROW(static_cast<void>(server_part({Shape::vanilla, 1, 1}, config)), Error);
}

TEST(SplitParts, ReadsTheBlockOfAName) {
  EXPECT_EQ(block_of("model.layers.13.mlp.up_proj.lora_A.weight"), 13U);
}

}  // namespace
}  // namespace cutlink::train
