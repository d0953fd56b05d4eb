#include "run/prediction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/prediction_fixture.h"
#include "train/crossings.h"

namespace cutlink::run {
namespace {

TEST_F(PredictionTest, BytesOfEveryRowAreTheLedgersOverTheCommonHold) {
  scenario::Scenario scenario = toy_.scenario();
  scenario.rows = {{"bf16", {"bf16", "bf16"}, true},
                   {"uniform", {"uniform:bits=8-4,steps=2,outliers=off", "uniform:bits=8,per=token"}, false},
                   {"zstd", {"bf16+zstd", "fp32"}, false}};
  const Assets assets = load_assets(scenario);
  const Prediction prediction = predict(scenario, assets);
  ASSERT_EQ(prediction.rows.size(), 3U);
  EXPECT_THAT(prediction.time_source, testing::HasSubstr("laptop-cpu"));
  EXPECT_FALSE(std::filesystem::exists(toy_ / "runs"));
  scenario::Scenario falling = scenario;
  falling.train.codecs = scenario.rows[1].codecs;
  const std::uint32_t hold = train::hold_begins(falling.train, assets.config);
  ASSERT_GT(hold, 0U);
  ASSERT_LT(hold, scenario.train.steps);
  for (std::size_t i = 0; i < 2; ++i) {
    const PredictedRow& row = prediction.rows[i];
    double total_ns = 0.0;
    const record::TrafficSummary run = counted(scenario, scenario.rows[i], hold, &total_ns);
    EXPECT_TRUE(row.exact) << row.name;
    EXPECT_EQ(row.reference, i == 0);
    EXPECT_DOUBLE_EQ(row.up_bytes, run.up_bytes) << row.name;
    EXPECT_DOUBLE_EQ(row.down_bytes, run.down_bytes) << row.name;
    EXPECT_DOUBLE_EQ(row.bits_per_element, run.bits_per_element) << row.name;
    // The prediction plays one batch of the mean sizes; the run plays them all.
    EXPECT_NEAR(static_cast<double>(row.timing.total.count()), total_ns, 0.05 * total_ns) << row.name;
  }
  EXPECT_FALSE(prediction.rows[2].exact);  // what zstd makes of it, nobody knows before
  double unused = 0.0;
  EXPECT_GE(prediction.rows[2].up_bytes, counted(scenario, scenario.rows[2], hold, &unused).up_bytes);
}

// Every shape of the split; all codecs in each are in prediction_full_test.cc.
TEST_F(PredictionTest, WhatIsPredictedIsCountedInEverySplit) {
  const std::vector<scenario::CompareRow> rows = {
      {"exact", {"uniform:bits=4,outliers=off", "uniform:bits=2.5,per=token"}, true},
      {"bound", {"amaq:start=6,target=5,steps=1,outliers=off", "shared"}, false},
  };
  for (const scenario::Overrides& split : all_splits()) {
    expect_counted_as_predicted(split, rows);
  }
}

TEST_F(PredictionTest, MeasuredComputeIsCalibratedAndEvaluationAloneHasNoBatches) {
  const scenario::Scenario measured = toy_.scenario({"compute=measured"});
  const Prediction prediction = predict(measured, load_assets(measured));
  EXPECT_EQ(prediction.time_source, "calibrated: one measured step on this machine");
  ASSERT_EQ(prediction.rows.size(), 1U);
  EXPECT_GT(prediction.rows[0].timing.server.count(), 0);
  const scenario::Scenario nothing = toy_.scenario({"train.steps=0"});
  EXPECT_TRUE(predict(nothing, load_assets(nothing)).rows.empty());
}

}  // namespace
}  // namespace cutlink::run
