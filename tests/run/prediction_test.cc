#include "run/prediction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codecs/registry.h"
#include "run/run_info.h"
#include "run/run_summary.h"
#include "run/toy_folder.h"

namespace cutlink::run {
namespace {

class PredictionTest : public testing::Test {
 protected:
  // What the ledger counts when the row runs, over the steps from `hold` on.
  TrafficSummary counted(const Scenario& scenario, const CompareRow& row, std::uint32_t hold,
                         double* total_ns) {
    RunRequest request;
    request.scenario = scenario;
    request.scenario.train.codecs = row.codecs;
    request.directory = toy_ / "runs" / row.name;
    Reporter silent;
    EXPECT_EQ(run_one(request, load_assets(request.scenario), silent), RunStatus::finished);
    const RunRecord run = load_run(request.directory, *read_run_json(request.directory));
    *total_ns = 0.0;
    for (const StepRow& step : run.steps) {
      *total_ns += step.step >= hold ? static_cast<double>(step.total_ns) : 0.0;
    }
    *total_ns /= static_cast<double>(run.steps.size() - hold);
    return summarise_traffic(run, hold);
  }

  ToyFolder toy_;
};

TEST_F(PredictionTest, BytesOfEveryRowAreTheLedgersOverTheCommonHold) {
  Scenario scenario = toy_.scenario();
  scenario.rows = {{"bf16", {"bf16", "bf16"}, true},
                   {"uniform", {"uniform:bits=8-4,steps=2,outliers=off", "uniform:bits=8,per=token"}, false},
                   {"zstd", {"bf16+zstd", "fp32"}, false}};
  const Assets assets = load_assets(scenario);
  const Prediction prediction = predict(scenario, assets);
  ASSERT_EQ(prediction.rows.size(), 3U);
  EXPECT_THAT(prediction.time_source, testing::HasSubstr("laptop-cpu"));
  EXPECT_FALSE(std::filesystem::exists(toy_ / "runs"));
  Scenario falling = scenario;
  falling.train.codecs = scenario.rows[1].codecs;
  const std::uint32_t hold = hold_begins(falling, assets.config);
  ASSERT_GT(hold, 0U);
  ASSERT_LT(hold, scenario.train.steps);
  for (std::size_t i = 0; i < 2; ++i) {
    const PredictedRow& row = prediction.rows[i];
    double total_ns = 0.0;
    const TrafficSummary run = counted(scenario, scenario.rows[i], hold, &total_ns);
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

// Every codec in every shape of the split: a codec's own zero rows, constant columns and shares of bits
// included.
TEST_F(PredictionTest, WhatIsPredictedIsCountedForAllCodecsAndSplits) {
  const std::vector<CompareRow> rows = {
      {"fp32", {"fp32", "fp16"}, true},
      {"bf16", {"bf16", "bf16+zstd"}, false},
      {"channel", {"uniform:bits=4,outliers=off", "uniform:bits=4"}, false},
      {"token", {"uniform:bits=2.5,per=token,outliers=off", "uniform:bits=2.5,per=token"}, false},
      {"block",
       {"uniform:bits=3,per=block,group=8,outliers=off", "uniform:bits=3.5,per=block,group=12"},
       false},
      {"minmax", {"bf16", "uniform:bits=4,range=minmax"}, false},
      {"minmax token", {"bf16", "uniform:bits=2.5,per=token,range=minmax"}, false},
      {"minmax block", {"bf16", "uniform:bits=2.5,per=block,group=8,range=minmax"}, false},
      {"stochastic", {"bf16", "uniform:bits=4,per=token,round=stochastic"}, false},
      {"stochastic minmax", {"bf16", "uniform:bits=4,per=token,round=stochastic,range=minmax"}, false},
      {"amaq", {"amaq:start=6,target=5,steps=1,outliers=off", "shared"}, false},
  };
  std::string used;
  for (const CompareRow& row : rows) {
    used += row.codecs.activation + " " + row.codecs.gradient + " ";
  }
  for (const codecs::CodecInfo& codec : codecs::list_codecs()) {
    EXPECT_THAT(used, testing::HasSubstr(codec.name));
  }
  const std::vector<Overrides> splits = {
      {"split.top=0"}, {"split.top=1"}, {"split.shape=vanilla", "split.top=0"}};
  for (const Overrides& split : splits) {
    Overrides overrides = split;
    overrides.insert(overrides.end(), {"train.steps=3", "eval.every=0", "data.eval_limit=1"});
    Scenario scenario = toy_.scenario(overrides);
    scenario.rows = rows;
    const Prediction prediction = predict(scenario, load_assets(scenario));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const PredictedRow& row = prediction.rows[i];
      SCOPED_TRACE(split.front() + " " + row.name);
      double unused = 0.0;
      const TrafficSummary run = counted(scenario, rows[i], 1, &unused);  // amaq's descent is one step
      EXPECT_EQ(row.exact, row.name != "bf16" && row.name != "amaq");     // zstd; widths learned on the way
      if (row.exact) {
        EXPECT_DOUBLE_EQ(row.up_bytes, run.up_bytes);
        EXPECT_DOUBLE_EQ(row.down_bytes, run.down_bytes);
      } else {
        EXPECT_GE(row.up_bytes, run.up_bytes);
        EXPECT_GE(row.down_bytes, run.down_bytes);
      }
    }
    std::filesystem::remove_all(toy_ / "runs");
  }
}

TEST_F(PredictionTest, MeasuredComputeIsCalibratedAndEvaluationAloneHasNoBatches) {
  const Scenario measured = toy_.scenario({"compute=measured"});
  const Prediction prediction = predict(measured, load_assets(measured));
  EXPECT_EQ(prediction.time_source, "calibrated: one measured step on this machine");
  ASSERT_EQ(prediction.rows.size(), 1U);
  EXPECT_GT(prediction.rows[0].timing.server.count(), 0);
  const Scenario nothing = toy_.scenario({"train.steps=0"});
  EXPECT_TRUE(predict(nothing, load_assets(nothing)).rows.empty());
}

}  // namespace
}  // namespace cutlink::run
