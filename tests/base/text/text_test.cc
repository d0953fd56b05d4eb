#include "base/text/text.h"

#include <gtest/gtest.h>

namespace cutlink {
namespace {

const std::vector<std::string> codecs = {"amaq", "uniform", "bf16", "fp16", "fp32"};

TEST(NearestName, FindsWhatWasMeant) {
  EXPECT_EQ(nearest_name("amqa", codecs), "amaq");  // a swap of neighbours is one edit
  EXPECT_EQ(nearest_name("unifrom", codecs), "uniform");
  EXPECT_EQ(nearest_name("UNIFORM", codecs), "uniform");
  EXPECT_EQ(nearest_name("b16", codecs), "bf16");
  EXPECT_EQ(nearest_name("fp31", codecs), "fp32");
  EXPECT_EQ(nearest_name("train.step", {"train.steps", "train.batch"}), "train.steps");
}

TEST(NearestName, SaysNothingRatherThanNonsense) {
  EXPECT_EQ(nearest_name("zstd", codecs), "");
  EXPECT_EQ(nearest_name("x", codecs), "");
  EXPECT_EQ(nearest_name("", codecs), "");
  EXPECT_EQ(nearest_name("q", {"k"}), "");  // all of a name changed is no likeness
  EXPECT_EQ(nearest_name("amaq", {}), "");
  EXPECT_EQ(nearest_name(std::string(100000, 'a'), {std::string(100000, 'b')}), "");
}

TEST(NearestName, TakesTheFirstOfEquals) {
  EXPECT_EQ(nearest_name("fp30", {"fp31", "fp32"}), "fp31");
  EXPECT_EQ(nearest_name("fp32", {"fp31", "fp32"}), "fp32");
}

TEST(Join, PutsTheSeparatorBetween) {
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(join({"a"}, ", "), "a");
  EXPECT_EQ(join({"a", "", "c"}, ", "), "a, , c");
}

}  // namespace
}  // namespace cutlink
