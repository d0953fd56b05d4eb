// What --dry-run says beforehand is what the ledger counts afterwards.
#include "cli/text/dry_run_text.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/temporary_folder.h"
#include "base/units.h"
#include "record/run_json.h"
#include "record/run_record.h"
#include "run/prediction.h"
#include "run/runner.h"

namespace cutlink::cli {
namespace {

class DryRunText : public testing::Test {
 protected:
  DryRunText() {
    setenv("CUTLINK_ROOT", CUTLINK_SOURCE_DIR, 1);
    const std::string make = "python3 " CUTLINK_SOURCE_DIR "/tests/cli/make_fixtures.py ";
    made_ = std::system((make + folder_.path().string()).c_str()) == 0;
  }
  [[nodiscard]] scenario::Scenario scenario(const scenario::Overrides& overrides) const {
    scenario::Scenario loaded = scenario::load_scenario(folder_.path() / "toy.toml", overrides);
    loaded.rows = {{"only", loaded.train.codecs, true}};
    return loaded;
  }
  TemporaryFolder folder_;
  bool made_ = false;
};

TEST_F(DryRunText, BytesAreTheLedgersForExactCodecs) {
  ASSERT_TRUE(made_);
  for (const scenario::Overrides& codecs :
       {scenario::Overrides{"codec=bf16", "gradient=fp32"},
        scenario::Overrides{"codec=uniform:bits=8-4,per=token,steps=2,outliers=off",
                            "gradient=uniform:bits=6,per=token", "train.accumulation=2"},
        scenario::Overrides{"codec=uniform:bits=4,outliers=off", "gradient=bf16", "split.shape=vanilla"}}) {
    run::RunRequest request;
    request.scenario = scenario(codecs);
    request.directory = folder_.path() / "runs" / codecs[0];
    const run::Assets assets = run::load_assets(request.scenario);
    const run::Prediction predicted = run::predict(request.scenario, assets);
    ASSERT_EQ(predicted.rows.size(), 1U);
    EXPECT_TRUE(predicted.rows[0].exact) << codecs[0];

    const std::string text = dry_run_text(request.scenario, assets);
    EXPECT_FALSE(std::filesystem::exists(request.directory)) << "a prediction writes nothing";
    run::Reporter silent;
    ASSERT_EQ(run::run_one(request, assets, silent), run::RunStatus::finished);
    const record::RunRecord record =
        record::load_run(request.directory, *record::read_run_json(request.directory));
    const record::TrafficSummary counted = record::summarise_traffic(record, record.info.hold_begins);
    EXPECT_EQ(predicted.rows[0].up_bytes, counted.up_bytes) << codecs[0];
    EXPECT_EQ(predicted.rows[0].down_bytes, counted.down_bytes) << codecs[0];
    EXPECT_NE(text.find(to_text(Bytes{static_cast<std::uint64_t>(counted.up_bytes + 0.5)})),
              std::string::npos)
        << text;
    EXPECT_EQ(text.find("upper bounds"), std::string::npos);
  }
}

TEST_F(DryRunText, SaysWhereBytesAreBounds) {
  ASSERT_TRUE(made_);
  const scenario::Scenario loaded = scenario({"codec=uniform:bits=4,outliers=off+zstd"});
  EXPECT_NE(dry_run_text(loaded, run::load_assets(loaded)).find("upper bounds"), std::string::npos);
  const scenario::Scenario none = scenario({"train.steps=0"});
  EXPECT_NE(dry_run_text(none, run::load_assets(none)).find("only evaluations"), std::string::npos);
}

}  // namespace
}  // namespace cutlink::cli
