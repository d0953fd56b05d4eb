#include "netsim/spec/loss_spec.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cutlink::netsim {
namespace {

TEST(LossSpec, AtRandomAndInBursts) {
  EXPECT_EQ(parse_loss("1%"), (LossSpec{.in_good = 0.01}));
  EXPECT_EQ(parse_loss("gemodel 0.2% 20%"), (LossSpec{.to_bad = 0.002, .to_good = 0.2}));
  EXPECT_EQ(parse_loss(" gemodel  1% 10% 70% 0.5%"),
            (LossSpec{.to_bad = 0.01, .to_good = 0.1, .in_bad = 0.7, .in_good = 0.005}));
}

TEST(LossSpec, ReadsBackWhatItWrites) {
  for (const char* text : {"0%", "1%", "0.0015%", "gemodel 0.2% 20%", "gemodel 1% 10% 70% 0.5%"}) {
    EXPECT_EQ(loss_text(parse_loss(text)), text);
  }
}

TEST(LossSpec, MeanIsTheLongRun) {
  EXPECT_DOUBLE_EQ(parse_loss("1%").mean(), 0.01);
  EXPECT_DOUBLE_EQ(parse_loss("gemodel 1% 9%").mean(), 0.1);
  EXPECT_FALSE(parse_loss("0%").loses());
  EXPECT_FALSE(parse_loss("gemodel 5% 10% 0%").loses());
  EXPECT_TRUE(parse_loss("gemodel 5% 10%").loses());
  EXPECT_DOUBLE_EQ(parse_loss("gemodel 0% 0% 100% 3%").mean(), 0.03);
}

TEST(LossSpec, RefusesTheRest) {
  for (const char* text : {"", "1", "0.01", "101%", "-1%", "nan%", "1%%", "1% 2%", "gemodel", "gemodel 1%",
                           "gemodel 1% 2% 3% 4% 5%", "random 1% 2%", "%"}) {
    EXPECT_THROW(static_cast<void>(parse_loss(text)), Error) << text;
  }
}

}  // namespace
}  // namespace cutlink::netsim
