#include "cli/text/results_text.h"

#include <gtest/gtest.h>

namespace cutlink::cli {
namespace {

TEST(ResultsText, AWidthIsCountedInColumnsNotBytes) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("fixed 4 bit"), 11U);
  EXPECT_EQ(display_width("amaq 7→4"), 8U);
  EXPECT_EQ(display_width("U 2·26·2"), 8U);
}

TEST(ResultsText, ASplitSaysTheBlocksOfEveryPart) {
  train::SplitSpec split;
  split.shape = train::SplitSpec::Shape::u;
  split.bottom = 2;
  split.top = 2;
  EXPECT_EQ(split_text(split, 30), "U 2·26·2");
  split.shape = train::SplitSpec::Shape::vanilla;
  split.top = 0;
  EXPECT_EQ(split_text(split, 30), "vanilla 2·28");
}

}  // namespace
}  // namespace cutlink::cli
