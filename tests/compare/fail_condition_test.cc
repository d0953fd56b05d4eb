#include "compare/fail_condition.h"

#include <gtest/gtest.h>

#include "base/error_of.h"

namespace cutlink::compare {
namespace {

Comparison with(const std::vector<double>& differences) {
  Comparison c;
  c.rows.resize(2);
  c.rows[0].name = "bf16";
  c.rows[0].reference = true;
  c.rows[1].name = "four";
  for (RowFigures& row : c.rows) {
    row.seeds.assign(differences.size(), 1);
  }
  c.rows[1].difference = loss_difference(differences);
  c.rows[1].byte_ratio = 3.5;
  c.rows[1].speedup = 0.9;
  return c;
}

bool fails(const std::string& condition, const Comparison& c) {
  return FailCondition(condition).met_by(c).has_value();
}

TEST(FailConditionTest, TestsTheMeanOrAnEndOfTheInterval) {
  const Comparison c = with({0.0, 0.02});  // mean 0.01, interval -0.117 to 0.137
  EXPECT_FALSE(fails("loss_difference>0.01", c));
  EXPECT_TRUE(fails("loss_difference > 0.0099", c));
  EXPECT_TRUE(fails("loss_difference.high>0.13", c));
  EXPECT_FALSE(fails("loss_difference.high>0.14", c));
  EXPECT_TRUE(fails("loss_difference.low<-0.11", c));
  EXPECT_TRUE(fails("speedup<1", c));
  EXPECT_FALSE(fails("byte_ratio<3.5", c));
  EXPECT_EQ(FailCondition("speedup<1").met_by(c).value(), "--fail-if speedup<1: four has 0.9");
}

TEST(FailConditionTest, WhatIsNotKnownIsNoSuccess) {
  EXPECT_TRUE(fails("loss_difference.high>1", with({0.0})));
  EXPECT_FALSE(fails("loss_difference>1", with({0.0})));
  EXPECT_TRUE(fails("speedup<0", with({})));
}

TEST(FailConditionTest, RefusesWhatItCannotRead) {
  for (const char* wrong :
       {"", "loss", "loss_difference", "loss_difference>", "loss_difference>x", "loss_difference>1x",
        "loss_difference>=1", "speedup.low>1", "speedup>inf", ">1"}) {
    EXPECT_NE(error_of(ErrorKind::usage, [&] { FailCondition condition(wrong); }).find("--fail-if"),
              std::string::npos)
        << wrong;
  }
}

}  // namespace
}  // namespace cutlink::compare
