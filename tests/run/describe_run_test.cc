#include "run/describe_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file_io.h"
#include "base/version.h"
#include "record/json_fields.h"
#include "record/run_json.h"
#include "run/runner.h"
#include "scenario/toy_folder.h"

namespace cutlink::run {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DescribeRunTest : public testing::Test {
 protected:
  [[nodiscard]] RunRequest request(const scenario::Overrides& overrides = {}) const {
    RunRequest r;
    scenario::Overrides all = {"train.steps=1", "eval.plain=false"};
    all.insert(all.end(), overrides.begin(), overrides.end());
    r.scenario = toy_.scenario(all);
    r.directory = toy_ / "run";
    r.row = "four";
    r.row_index = 3;
    r.reference = true;
    r.command = "cutlink run 'toy.toml'";
    return r;
  }
  // What running `r` in a directory that holds another run is refused with.
  [[nodiscard]] static std::string refusal(const RunRequest& r) {
    Reporter silent;
    try {
      const RunStatus status = run_one(r, load_assets(r.scenario), silent);
      return status == RunStatus::skipped ? "the same run" : "ran";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return error.what();
    }
  }

  scenario::ToyFolder toy_;
};

TEST_F(DescribeRunTest, SaysWhereARunComesFromAndReadsBack) {
  const RunRequest r = request({"codec=uniform:bits=4", "seed=9"});
  const Assets assets = load_assets(r.scenario);
  const record::RunInfo info = describe_run(r, assets);
  const auto json = record::to_json(info);
  EXPECT_EQ(json["schema"], record::run_schema_version);
  EXPECT_EQ(json["status"], "running");
  EXPECT_EQ(json["row"], "four");
  EXPECT_EQ(json["row_index"], 3);
  EXPECT_EQ(json["reference"], true);
  EXPECT_EQ(json["seed"], 9);
  EXPECT_EQ(json["hash"], scenario::hash_of(r.scenario));
  EXPECT_EQ(json["inputs"], assets.fingerprint);
  EXPECT_EQ(json["version"], version());
  EXPECT_EQ(json["command"], r.command);
  EXPECT_EQ(json["threads"], 1);
  EXPECT_EQ(json["world"], "simulated");
  EXPECT_EQ(json["codecs"]["activation"], "uniform:bits=4");
  EXPECT_EQ(json["data"]["train"]["examples"], 24);
  EXPECT_EQ(json["model"]["hidden"], 32);
  EXPECT_EQ(json["devices"]["client"]["name"], "laptop-cpu");
  EXPECT_THAT(json["figures"]["compute_times"].get<std::string>(), HasSubstr("assumed"));
  EXPECT_THAT(json["started"].get<std::string>(), testing::MatchesRegex("20..-..-..T..:..:..Z"));
  fs::create_directories(r.directory);
  record::write_run_json(r.directory, info);
  EXPECT_EQ(record::to_json(*record::read_run_json(r.directory)), json);
}

TEST_F(DescribeRunTest, TheScenarioReadsBackAsTheSameRun) {
  const RunRequest r = request({"codec=amaq:start=6,target=3,steps=2", "train.lr=0.1", "link=loopback",
                                "lora.targets=['v_proj']", "data.prompt=Q \"{question}\"\n→ {answer}",
                                "split.shape=vanilla", "split.bottom=2"});
  const scenario::Scenario again = record::scenario_of(describe_run(r, load_assets(r.scenario)), r.directory);
  EXPECT_EQ(scenario::identity_of(again), scenario::identity_of(r.scenario));
  EXPECT_EQ(scenario::hash_of(again), scenario::hash_of(r.scenario));
  EXPECT_EQ(again.prompt.max_length, r.scenario.prompt.max_length);
  ASSERT_EQ(again.rows.size(), 1U);
  EXPECT_EQ(again.rows[0].name, "four");
}

TEST_F(DescribeRunTest, APresetThatIsGoneSinceStopsNobodyFromReading) {
  record::RunInfo info = describe_run(request(), load_assets(request().scenario));
  for (auto& [key, value] : info.scenario) {
    if (key == "link" || key == "compute") {
      value.data = key == "link" ? "a-preset-of-old" : "profile:a-device-of-old";
    }
  }
  EXPECT_EQ(record::scenario_of(info, toy_ / "run").link, "a-preset-of-old");
}

TEST_F(DescribeRunTest, AnotherRunIsToldByWhatChanged) {
  EXPECT_EQ(refusal(request()), "ran");
  EXPECT_EQ(refusal(request()), "the same run");
  EXPECT_EQ(refusal(request({"name=other", "checkpoint.every=1"})), "the same run");
  EXPECT_THAT(refusal(request({"train.lr=0.5"})), HasSubstr("other scenario, codecs or seed"));
  const record::RunInfo info = *record::read_run_json(toy_ / "run");
  record::RunInfo changed = info;
  changed.devices.reset();
  record::write_run_json(toy_ / "run", changed);
  EXPECT_THAT(refusal(request()), HasSubstr("other device profile"));
  changed = info;
  changed.link.settings.text.replace(changed.link.settings.text.find("\"tcp\":true"), 10, "\"tcp\":false");
  record::write_run_json(toy_ / "run", changed);
  EXPECT_THAT(refusal(request()), HasSubstr("other settings of the link"));
  changed = info;
  changed.world = WorldKind::shaped;
  record::write_run_json(toy_ / "run", changed);
  EXPECT_THAT(refusal(request()), HasSubstr("other world"));
  record::write_run_json(toy_ / "run", info);
  EXPECT_EQ(refusal(request()), "the same run");
  const std::string data = read_text_file(toy_ / "data.jsonl", 1'000'000);
  replace_file(toy_ / "data.jsonl", "{\"question\": \"1 + 1?\", \"answer\": \"2\"}\n" + data);
  EXPECT_THAT(refusal(request()), HasSubstr("other model or data"));
}

}  // namespace
}  // namespace cutlink::run
