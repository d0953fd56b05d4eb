#include "compare/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "record/run_json.h"
#include "scenario/toy_folder.h"

namespace cutlink::compare {
namespace {

namespace fs = std::filesystem;

// The directories of the runs that began, in order.
struct Log : run::Reporter {
  void on_begin(const std::string&, std::uint32_t, std::uint32_t) override { ++begun; }
  void on_end() override {
    for (const auto& entry : fs::directory_iterator(directory)) {
      const std::string cell = entry.path().filename().string();
      if (seen.insert(cell).second) {
        cells.push_back(cell);
      }
    }
  }
  fs::path directory;
  std::set<std::string> seen;
  std::vector<std::string> cells;
  int begun = 0;
};

class CompareTest : public testing::Test {
 protected:
  CompareRequest request(std::vector<scenario::CompareRow> rows, std::vector<std::uint64_t> seeds,
                         const scenario::Overrides& overrides = {"train.steps=1", "eval.plain=false"}) {
    CompareRequest r;
    r.scenario = toy_.scenario(overrides);
    r.scenario.rows = std::move(rows);
    r.seeds = std::move(seeds);
    r.directory = toy_ / "out";
    return r;
  }
  CompareOutcome go(const CompareRequest& r) {
    log_ = Log();
    log_.directory = r.directory;
    return run_comparison(r, run::load_assets(r.scenario), log_);
  }
  [[nodiscard]] std::string status(const std::string& cell) const {
    const auto info = record::read_run_json(toy_ / "out" / cell);
    return info ? name_of(info->status) : "not there";
  }

  scenario::ToyFolder toy_;
  Log log_;
};

TEST(CompareCell, NamesFitForAFile) {
  EXPECT_EQ(cell_name("fixed 4 bit", 3), "fixed-4-bit-s3");
  EXPECT_EQ(cell_name("amaq 7→4", 1), "amaq-7-4-s1");
  EXPECT_EQ(cell_name("uniform:bits=2.5 / bf16", 10), "uniform-bits-2.5-bf16-s10");
  EXPECT_EQ(cell_name("../../etc", 1), "..-..-etc-s1");
  EXPECT_EQ(cell_name("→", 1), "row-s1");
  EXPECT_EQ(cell_name("", 18446744073709551615ULL), "row-s18446744073709551615");
}

TEST_F(CompareTest, SeedBySeedTheReferenceFirstAndFinishedOnesOnce) {
  const std::vector<scenario::CompareRow> rows = {{"four", {"uniform:bits=4", "bf16"}, false},
                                                  {"plain", {"bf16", "bf16"}, true}};
  CompareOutcome outcome = go(request(rows, {2, 1}));
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_TRUE(outcome.failed.empty());
  EXPECT_EQ(log_.begun, 4);
  EXPECT_THAT(log_.cells, testing::ElementsAre("plain-s2", "four-s2", "plain-s1", "four-s1"));
  for (const char* cell : {"four-s1", "four-s2", "plain-s1", "plain-s2"}) {
    EXPECT_EQ(status(cell), "finished") << cell;
  }
  const auto four = record::read_run_json(toy_ / "out/four-s2");
  EXPECT_EQ(four->seed, 2U);
  EXPECT_EQ(four->row, "four");
  EXPECT_EQ(four->row_index, 0U);  // the table keeps the scenario's order
  EXPECT_FALSE(four->reference);
  EXPECT_EQ(four->codecs.activation, "uniform:bits=4");
  outcome = go(request(rows, {2, 1, 3}));
  EXPECT_EQ(log_.begun, 2);  // seed 3 alone
}

TEST_F(CompareTest, RowsWhoseNamesDifferInSignsOnlyKeepApart) {
  static_cast<void>(
      go(request({{"a b", {"bf16", "bf16"}, true}, {"a-b", {"uniform:bits=8", "bf16"}, false}}, {1})));
  EXPECT_EQ(record::read_run_json(toy_ / "out/a-b-s1")->row, "a b");
  EXPECT_EQ(record::read_run_json(toy_ / "out/a-b-2-s1")->row, "a-b");
}

TEST_F(CompareTest, ARowThatFailsDoesNotStopTheOthers) {
  CompareRequest r = request({{"first", {"bf16", "bf16"}, true}, {"second", {"bf16", "bf16"}, false}}, {1},
                             {"train.steps=1", "model.path=nan"});
  const CompareOutcome outcome = go(r);
  EXPECT_FALSE(outcome.interrupted);
  ASSERT_EQ(outcome.failed.size(), 2U);  // the loss of this model is no number
  EXPECT_THAT(outcome.failed[0], testing::StartsWith("first, seed 1: "));
  EXPECT_THAT(outcome.failed[1], testing::StartsWith("second, seed 1: "));
  EXPECT_EQ(status("second-s1"), "failed");
}

// As when memory is short in the middle of one row.
TEST_F(CompareTest, ARowThatFailsByNoErrorOfOursDoesNotStopTheOthers) {
  struct OutOfMemoryOnce : run::Reporter {
    void on_step(const StepRow&) override {
      if (!std::exchange(thrown, true)) {
        throw std::bad_alloc();
      }
    }
    bool thrown = false;
  } reporter;
  const CompareRequest r =
      request({{"first", {"bf16", "bf16"}, true}, {"second", {"uniform:bits=4", "bf16"}, false}}, {1});
  const CompareOutcome outcome = run_comparison(r, run::load_assets(r.scenario), reporter);
  EXPECT_THAT(outcome.failed, testing::ElementsAre("first, seed 1: not enough memory"));
  EXPECT_TRUE(outcome.reference_failed);
  EXPECT_EQ(status("first-s1"), "failed");
  EXPECT_EQ(status("second-s1"), "finished");
}

TEST_F(CompareTest, AnInterruptEndsAllAndTheSameCommandGoesOn) {
  const std::vector<scenario::CompareRow> rows = {{"one", {"bf16", "bf16"}, true},
                                                  {"two", {"uniform:bits=4", "bf16"}, false}};
  {
    const InterruptGuard guard;
    request_interrupt();
    EXPECT_TRUE(go(request(rows, {1})).interrupted);
    EXPECT_EQ(log_.begun, 0);
  }
  const InterruptGuard guard;
  EXPECT_FALSE(go(request(rows, {1})).interrupted);
  EXPECT_EQ(status("two-s1"), "finished");
}

TEST_F(CompareTest, AnotherScenarioInTheSameDirectoryIsRefusedUnlessReplaced) {
  CompareRequest r = request({{"one", {"bf16", "bf16"}, true}}, {1});
  static_cast<void>(go(r));
  r.scenario.train.optimizer.learning_rate *= 2;
  try {
    static_cast<void>(go(r));
    FAIL() << "the directory holds another run";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), testing::HasSubstr("one-s1"));
  }
  r.replace = true;
  EXPECT_TRUE(go(r).failed.empty());
  EXPECT_EQ(log_.begun, 1);
}

// What earlier comparisons left in the directory is neither averaged into other rows nor shown.
TEST_F(CompareTest, TheTableHasTheRowsAndSeedsThatWereAskedFor) {
  const scenario::CompareRow plain = {"plain", {"bf16", "bf16"}, true};
  const scenario::CompareRow four = {"four", {"uniform:bits=4", "bf16"}, false};
  const scenario::CompareRow two = {"two", {"uniform:bits=2", "bf16"}, false};
  ASSERT_TRUE(go(request({plain, four}, {1, 2})).failed.empty());
  const CompareRequest inserted = request({plain, two, four}, {2});
  ASSERT_TRUE(go(inserted).failed.empty());
  const Comparison asked = load_comparison(inserted.directory, &inserted);
  EXPECT_THAT(asked.seeds, testing::ElementsAre(2U));
  std::vector<std::string> rows;
  for (const RowFigures& row : asked.rows) {
    rows.push_back(row.name + " " + row.codecs.activation);
    EXPECT_THAT(row.seeds, testing::ElementsAre(2U)) << row.name;
  }
  EXPECT_THAT(rows, testing::ElementsAre("plain bf16", "two uniform:bits=2", "four uniform:bits=4"));
  const CompareRequest fewer = request({plain, two}, {2});
  EXPECT_EQ(load_comparison(fewer.directory, &fewer).rows.size(), 2U);
  EXPECT_EQ(load_comparison(fewer.directory).rows.size(), 3U);  // all that is there
}

}  // namespace
}  // namespace cutlink::compare
