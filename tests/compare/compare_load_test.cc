// The table of a comparison from its run directories alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>

#include "base/error.h"
#include "base/file_io.h"
#include "compare/compare.h"
#include "record/raw_run_json.h"
#include "record/run_json.h"
#include "record/run_record.h"
#include "scenario/toy_folder.h"

namespace cutlink::compare {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

// Two rows over seeds 1 and 2, run once and copied for every test.
class CompareLoadTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    made_ = std::make_unique<scenario::ToyFolder>();
    CompareRequest r;
    r.scenario = made_->scenario({"train.steps=3"});
    r.scenario.rows = {{"four", {"uniform:bits=8-4,steps=2", "bf16"}, false},
                       {"plain", {"bf16", "bf16"}, true}};
    r.seeds = {1, 2};
    r.directory = *made_ / "out";
    run::Reporter silent;
    EXPECT_TRUE(run_comparison(r, run::load_assets(r.scenario), silent).failed.empty());
  }
  static void TearDownTestSuite() { made_.reset(); }
  CompareLoadTest() { fs::copy(*made_ / "out", out_, fs::copy_options::recursive); }

  [[nodiscard]] record::RunRecord run(const char* cell) const {
    return record::load_run(out_ / cell, *record::read_run_json(out_ / cell));
  }
  template <typename Change>
  void change(const char* cell, const Change& how) const {
    auto json = record::raw_run_json(out_ / cell);
    how(json);
    record::put_raw_run_json(out_ / cell, json);
  }
  [[nodiscard]] std::string error() const {
    try {
      static_cast<void>(load_comparison(out_));
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::usage);
      return e.what();
    }
    return "no error";
  }

  static std::unique_ptr<scenario::ToyFolder> made_;
  TemporaryFolder folder_;
  fs::path out_ = folder_ / "out";
};

std::unique_ptr<scenario::ToyFolder> CompareLoadTest::made_;

TEST_F(CompareLoadTest, FiguresAreMeansOfTheRunsInTheCommonHold) {
  const Comparison c = load_comparison(out_);
  ASSERT_EQ(c.rows.size(), 2U);
  const RowFigures& four = c.rows[0];  // in the scenario's order
  const RowFigures& plain = c.rows[1];
  EXPECT_EQ(four.name, "four");
  EXPECT_EQ(&c.reference(), &plain);
  EXPECT_THAT(four.seeds, ElementsAre(1, 2));
  EXPECT_THAT(c.seeds, ElementsAre(1, 2));
  const std::uint32_t hold = record::read_run_json(out_ / "four-s1")->hold_begins;
  EXPECT_TRUE(c.hold_reached);
  EXPECT_EQ(c.hold_begins, hold);  // the reference has no descent of its own
  EXPECT_GT(hold, 0U);
  EXPECT_EQ(c.held_steps, 3 - hold);
  const auto up = [&](const char* cell) { return record::summarise_traffic(run(cell), hold).up_bytes; };
  const auto down = [&](const char* cell) { return record::summarise_traffic(run(cell), hold).down_bytes; };
  EXPECT_DOUBLE_EQ(four.traffic.up_bytes, (up("four-s1") + up("four-s2")) / 2);
  EXPECT_DOUBLE_EQ(plain.traffic.down_bytes, (down("plain-s1") + down("plain-s2")) / 2);
  EXPECT_DOUBLE_EQ(four.byte_ratio, (plain.traffic.up_bytes + plain.traffic.down_bytes) /
                                        (four.traffic.up_bytes + four.traffic.down_bytes));
  EXPECT_GT(four.byte_ratio, 1.0);
  EXPECT_EQ(plain.byte_ratio, 1.0);
  EXPECT_EQ(plain.speedup, 1.0);
  EXPECT_DOUBLE_EQ(four.speedup, plain.timing.total_ns / four.timing.total_ns);
  EXPECT_EQ(four.timing.client_ns, plain.timing.client_ns);  // the same compute in every row
  EXPECT_GT(four.whole_bytes, four.traffic.up_bytes + four.traffic.down_bytes);  // wider before the hold
}

TEST_F(CompareLoadTest, LossesAreOfTheLastEvaluations) {
  const Comparison c = load_comparison(out_);
  const double one = run("plain-s1").info.evaluations.back().loss;
  const double two = run("plain-s2").info.evaluations.back().loss;
  const RowFigures& plain = c.reference();
  EXPECT_DOUBLE_EQ(plain.eval_loss, (one + two) / 2);
  EXPECT_DOUBLE_EQ(plain.loss_spread, std::abs(one - two) / std::sqrt(2.0));
  EXPECT_GT(plain.loss_spread, 0.0);
  EXPECT_DOUBLE_EQ(
      plain.first_loss,
      (run("plain-s1").info.evaluations.front().loss + run("plain-s2").info.evaluations.front().loss) / 2);
  EXPECT_TRUE(plain.eval_loss_plain.has_value());
  EXPECT_DOUBLE_EQ(c.target_loss, plain.eval_loss * 1.01);
  // Every seed has its own target, and the reference reaches its own in each.
  EXPECT_EQ(plain.targeted, 2U);
  EXPECT_EQ(plain.reached, 2U);
  EXPECT_GE(plain.time_to_loss_ns, 0.0);
  EXPECT_EQ(plain.difference.pairs, 0U);
  const RowFigures& four = c.rows[0];
  const auto loss = [&](const char* cell) { return run(cell).info.evaluations.back().loss; };
  EXPECT_EQ(four.difference.pairs, 2U);
  EXPECT_DOUBLE_EQ(four.difference.mean, ((loss("four-s1") - one) + (loss("four-s2") - two)) / 2);
  for (const char* cell : {"plain-s1", "plain-s2", "four-s1", "four-s2"}) {
    change(cell, [](auto& json) { json["scenario"]["metrics.target_loss"] = 1e-9; });
  }
  const Comparison never = load_comparison(out_);
  EXPECT_EQ(never.target_loss, 1e-9);
  EXPECT_LT(never.rows[0].time_to_loss_ns, 0.0);
  EXPECT_EQ(never.rows[0].reached, 0U);
  EXPECT_EQ(never.rows[0].targeted, 2U);
}

TEST_F(CompareLoadTest, ACellIsCountedOnceHoweverOftenItWasCopied) {
  const Comparison before = load_comparison(out_);
  fs::copy(out_ / "four-s1", out_ / "four-s1-backup", fs::copy_options::recursive);
  fs::copy(out_ / "plain-s2", out_ / "aside", fs::copy_options::recursive);
  const Comparison c = load_comparison(out_);
  EXPECT_THAT(c.seeds, ElementsAre(1, 2));
  EXPECT_THAT(c.rows[0].seeds, ElementsAre(1, 2));
  EXPECT_EQ(c.rows[0].loss_spread, before.rows[0].loss_spread);
  EXPECT_EQ(c.rows[0].difference.low, before.rows[0].difference.low);
  EXPECT_THAT(c.not_counted, ElementsAre("four-s1-backup: the same row and seed as four-s1",
                                         "aside: the same row and seed as plain-s2"));
  fs::rename(out_ / "four-s1", out_ / "moved");  // neither has the cell's name now
  EXPECT_THAT(error(), HasSubstr("are the same row and seed: move one of them away, or call one four-s1"));
}

TEST_F(CompareLoadTest, TheScenarioAtHandSaysHowRunsAreJudged) {
  CompareRequest r;
  r.scenario = made_->scenario({"train.steps=3", "metrics.margin=0.25", "metrics.target_loss=3.5"});
  r.scenario.rows = {{"four", {"uniform:bits=8-4,steps=2", "bf16"}, false},
                     {"plain", {"bf16", "bf16"}, true}};
  r.seeds = {1, 2};
  const Comparison c = load_comparison(out_, &r);
  EXPECT_EQ(c.margin, 0.25);
  EXPECT_EQ(c.target_loss, 3.5);
  EXPECT_EQ(load_comparison(out_).margin, 0.01);
  change("four-s1", [](auto& json) { json["scenario"].erase("metrics.margin"); });  // of an earlier version
  EXPECT_EQ(error(), "no error");
}

TEST_F(CompareLoadTest, ATimeToALossIsTheMedianOfTheSeeds) {
  for (const char* cell : {"plain-s1", "plain-s2", "four-s1", "four-s2"}) {
    change(cell, [](auto& json) { json["scenario"]["metrics.target_loss"] = 1e9; });
  }
  change("four-s2", [](auto& json) {
    for (auto& evaluation : json["evaluations"]) {
      evaluation["loss"] = 1e10;
    }
  });
  const Comparison c = load_comparison(out_);
  EXPECT_EQ(c.rows[0].reached, 1U);
  EXPECT_EQ(c.rows[0].targeted, 2U);
  EXPECT_LT(c.rows[0].time_to_loss_ns, 0.0);  // the upper of two in the middle is infinite
  EXPECT_EQ(c.rows[1].reached, 2U);
  EXPECT_EQ(c.rows[1].time_to_loss_ns, 0.0);
}

TEST_F(CompareLoadTest, OneSeedHasNoSpreadAndARunAloneIsNamedAfterItsCodecs) {
  fs::remove_all(out_ / "plain-s2");
  fs::remove_all(out_ / "four-s2");
  EXPECT_EQ(load_comparison(out_).reference().loss_spread, 0.0);
  change("plain-s1", [](auto& json) { json["row"] = ""; });
  const Comparison alone = load_comparison(out_ / "plain-s1");  // the directory of a run is one, too
  ASSERT_EQ(alone.rows.size(), 1U);
  EXPECT_EQ(alone.rows[0].name, "bf16 / bf16");
}

TEST_F(CompareLoadTest, UnfinishedRunsAreSaidAndNotCounted) {
  change("four-s1", [](auto& json) {
    json["status"] = "failed";
    json["error"] = "the loss is no number";
  });
  fs::remove(out_ / "four-s1/steps.csv");  // nothing of it is read
  const Comparison c = load_comparison(out_);
  EXPECT_THAT(c.rows[0].seeds, ElementsAre(2));
  EXPECT_THAT(c.rows[0].unfinished, ElementsAre(1));
  EXPECT_EQ(c.rows[0].failure, "the loss is no number");
  EXPECT_DOUBLE_EQ(c.rows[0].eval_loss, run("four-s2").info.evaluations.back().loss);
  change("four-s2", [](auto& json) { json["status"] = "interrupted"; });
  EXPECT_EQ(load_comparison(out_).rows[0].timing.total_ns, 0.0);
  for (const char* cell : {"plain-s1", "plain-s2"}) {
    change(cell, [](auto& json) { json["status"] = "running"; });
  }
  EXPECT_THAT(error(), HasSubstr("no finished run of the reference row"));
}

TEST_F(CompareLoadTest, WhereADescentOutlastsTheRunFiguresAreOfTheWhole) {
  change("four-s1", [](auto& json) { json["hold_begins"] = 3; });
  const Comparison c = load_comparison(out_);
  EXPECT_FALSE(c.hold_reached);
  EXPECT_EQ(c.hold_begins, 0U);
  EXPECT_EQ(c.held_steps, 3U);
  EXPECT_DOUBLE_EQ(c.rows[0].whole_bytes, c.rows[0].traffic.up_bytes + c.rows[0].traffic.down_bytes);
  EXPECT_EQ(record::Json::parse(c.context.text)["hold"]["reached"], false);
}

TEST_F(CompareLoadTest, RunsOfAnotherScenarioOrModelAreNotMixedIn) {
  const auto before = record::raw_run_json(out_ / "four-s2");
  change("four-s2", [](auto& json) { json["scenario"]["train.lr"] = 0.5; });
  EXPECT_THAT(error(), HasSubstr("not of one comparison: train.lr is 0.001 and 0.5"));
  record::put_raw_run_json(out_ / "four-s2", before);
  change("four-s2", [](auto& json) { json["scenario"].erase("train.batch"); });
  EXPECT_THAT(error(), HasSubstr("train.batch is 2 and missing"));
  record::put_raw_run_json(out_ / "four-s2", before);
  change("four-s2", [](auto& json) { json["inputs"] = "0000000000000000"; });
  EXPECT_THAT(error(), HasSubstr("the model or the data changed between them"));
  record::put_raw_run_json(out_ / "four-s2", before);
  EXPECT_EQ(error(), "no error");
}

TEST_F(CompareLoadTest, TheLinkIsTheOneOfTheRunsWhateverThePresetSaysNow) {
  const Comparison before = load_comparison(out_);
  for (const char* cell : {"plain-s1", "plain-s2", "four-s1", "four-s2"}) {
    change(cell, [](auto& json) {
      json["link"]["name"] = "gone";
      json["scenario"]["link"] = "gone";
    });
  }
  const Comparison c = load_comparison(out_);
  EXPECT_EQ(c.link, "gone");
  EXPECT_EQ(c.up_bps, before.up_bps);
  EXPECT_EQ(c.rows[0].timing.total_ns, before.rows[0].timing.total_ns);
}

// Cut at the end of a line, a file is well-formed, and its figures are wrong.
TEST_F(CompareLoadTest, FilesThatWereCutAreNotTakenForWhole) {
  for (const char* name : {"steps.csv", "messages.csv"}) {
    const std::string whole = read_text_file(out_ / "four-s2" / name, 10'000'000);
    const std::size_t half = whole.rfind('\n', whole.size() / 2) + 1;
    replace_file(out_ / "four-s2" / name, whole.substr(0, half));
    EXPECT_THAT(error(), HasSubstr("four-s2: its files are damaged")) << name;
    replace_file(out_ / "four-s2" / name, whole);
    EXPECT_EQ(error(), "no error");
  }
}

TEST_F(CompareLoadTest, ADamagedRunIsNamedWithFileAndKey) {
  const auto before = record::raw_run_json(out_ / "four-s2");
  const auto with = [&](const auto& how) {
    change("four-s2", how);
    const std::string said = error();
    record::put_raw_run_json(out_ / "four-s2", before);
    return said;
  };
  EXPECT_THAT(with([](auto& json) { json.erase("codecs"); }), HasSubstr("four-s2/run.json: codecs: missing"));
  EXPECT_THAT(with([](auto& json) { json["codecs"] = json.object(); }),
              HasSubstr("codecs.activation: missing"));
  EXPECT_THAT(with([](auto& json) { json["data"] = json.object(); }), HasSubstr("data.train: missing"));
  EXPECT_THAT(with([](auto& json) { json["row"] = 3; }), HasSubstr("row: number where text belongs"));
  EXPECT_THAT(with([](auto& json) { json.erase("summary"); }),
              HasSubstr("summary: missing in a finished run"));
  EXPECT_EQ(error(), "no error");
}

// Of which would the others be a multiple?
TEST_F(CompareLoadTest, TwoReferencesAreNotOneComparison) {
  for (const char* cell : {"four-s1", "four-s2"}) {
    change(cell, [](auto& json) { json["reference"] = true; });
  }
  EXPECT_THAT(error(), HasSubstr("both say that their row is the reference"));
  change("four-s1", [](auto& json) { json["reference"] = false; });
  EXPECT_THAT(error(), HasSubstr("four-s1 and "));
  EXPECT_THAT(error(), HasSubstr("only one of them says that its row is the reference"));
}

// A scenario that is given says which row is the reference, whatever its runs were made as.
TEST_F(CompareLoadTest, AScenarioGivenDecidesTheReference) {
  CompareRequest moved;
  moved.scenario = made_->scenario({"train.steps=3"});
  moved.scenario.rows = {{"four", {"uniform:bits=8-4,steps=2", "bf16"}, true},
                         {"plain", {"bf16", "bf16"}, false}};
  moved.seeds = {1, 2};
  EXPECT_EQ(load_comparison(out_, &moved).reference().name, "four");
  EXPECT_EQ(load_comparison(out_).reference().name, "plain");
}

TEST_F(CompareLoadTest, WhatElseLiesInTheDirectoryIsNotFollowed) {
  fs::create_symlink(out_ / "loop", out_ / "loop");
  fs::create_symlink("nowhere", out_ / "dangling");
  EXPECT_EQ(error(), "no error");
  fs::create_directory(out_ / "pipe");
  ASSERT_EQ(mkfifo((out_ / "pipe/run.json").c_str(), 0600), 0);
  EXPECT_THAT(error(), HasSubstr("pipe/run.json: not a regular file"));
}

TEST_F(CompareLoadTest, ADirectoryWithoutRunsSaysSo) {
  fs::remove_all(out_);
  EXPECT_THAT(error(), HasSubstr("no run directory in it"));
  fs::create_directories(out_ / "something");
  EXPECT_THAT(error(), HasSubstr("no run directory in it"));
}

}  // namespace
}  // namespace cutlink::compare
