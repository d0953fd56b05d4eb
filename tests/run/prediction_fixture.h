// A toy run whose counted traffic is held against the prediction.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "record/run_json.h"
#include "record/run_record.h"
#include "run/prediction.h"
#include "run/runner.h"
#include "scenario/toy_folder.h"

namespace cutlink::run {

class PredictionTest : public testing::Test {
 protected:
  // What the ledger counts when the row runs, over the steps from `hold` on.
  record::TrafficSummary counted(const scenario::Scenario& scenario, const scenario::CompareRow& row,
                                 std::uint32_t hold, double* total_ns) {
    RunRequest request;
    request.scenario = scenario;
    request.scenario.train.codecs = row.codecs;
    request.directory = toy_ / "runs" / row.name;
    Reporter silent;
    EXPECT_EQ(run_one(request, load_assets(request.scenario), silent), RunStatus::finished);
    const record::RunRecord run =
        record::load_run(request.directory, *record::read_run_json(request.directory));
    *total_ns = 0.0;
    for (const StepRow& step : run.steps) {
      *total_ns += step.step >= hold ? static_cast<double>(step.total_ns) : 0.0;
    }
    *total_ns /= static_cast<double>(run.steps.size() - hold);
    return record::summarise_traffic(run, hold);
  }

  // Runs the rows, the last two steps of three in the hold: exactly the bytes that were predicted where a
  // formula says all, no more where it is a bound.
  void expect_counted_as_predicted(const scenario::Overrides& split,
                                   const std::vector<scenario::CompareRow>& rows) {
    scenario::Overrides overrides = split;
    overrides.insert(overrides.end(), {"train.steps=3", "eval.every=0", "data.eval_limit=1"});
    scenario::Scenario scenario = toy_.scenario(overrides);
    scenario.rows = rows;
    const Prediction prediction = predict(scenario, load_assets(scenario));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const PredictedRow& row = prediction.rows[i];
      SCOPED_TRACE(split.front() + " " + row.name);
      double unused = 0.0;
      const record::TrafficSummary run =
          counted(scenario, rows[i], 1, &unused);  // amaq's descent is one step
      const std::string codecs = rows[i].codecs.activation + rows[i].codecs.gradient;
      const bool open = codecs.find("zstd") != std::string::npos || codecs.find("amaq") != std::string::npos;
      EXPECT_EQ(row.exact, !open);  // widths learned on the way
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
  static std::vector<scenario::Overrides> all_splits() {
    return {{"split.top=0"}, {"split.top=1"}, {"split.shape=vanilla", "split.top=0"}};
  }

  scenario::ToyFolder toy_;
};

}  // namespace cutlink::run
