#include <gmock/gmock.h>

#include "base/error.h"
#include "compare/compare.h"
#include "record/run_json.h"
#include "record/run_record.h"
#include "run/live_fixture.h"

namespace cutlink::compare {
namespace {

using namespace run;  // the fixture of live runs, and what makes them

CompareRequest two_rows(const scenario::Scenario& scenario, const std::filesystem::path& directory) {
  CompareRequest r;
  r.scenario = scenario;
  r.scenario.rows = {{"plain", {"bf16", "bf16"}, true},
                     {"four", {"uniform:bits=4", "uniform:bits=8,per=token"}, false}};
  r.seeds = {1, 2};
  r.directory = directory;
  return r;
}

TEST_F(LiveRun, AComparisonOverRealSocketsHasTheirTimesAndTheSimulatedOnesLosses) {
  const CompareRequest here = two_rows(toy_.scenario(), toy_ / "here");
  const run::Assets assets = run::load_assets(here.scenario);
  run::Reporter silent;
  ASSERT_TRUE(run_comparison(here, assets, silent).failed.empty());

  const LiveServer server(here.scenario.model, toy_ / "state");
  CompareRequest there = two_rows(toy_.scenario(), toy_ / "there");
  there.live = at(server.port());
  ASSERT_TRUE(run_comparison(there, assets, silent).failed.empty());

  const Comparison simulated = load_comparison(here.directory);
  const Comparison live = load_comparison(there.directory);
  EXPECT_EQ(simulated.world, WorldKind::simulated);
  EXPECT_EQ(live.world, WorldKind::live);
  EXPECT_THAT(live.peer, testing::HasSubstr("127.0.0.1"));
  EXPECT_TRUE(live.measured);
  ASSERT_EQ(live.rows.size(), 2U);
  for (std::size_t i = 0; i < live.rows.size(); ++i) {
    const RowFigures& row = live.rows[i];
    EXPECT_EQ(row.eval_loss, simulated.rows[i].eval_loss);
    EXPECT_EQ(row.traffic.up_bytes, simulated.rows[i].traffic.up_bytes);
    double link_ns = 0.0;
    double steps = 0.0;
    for (const std::uint64_t seed : there.seeds) {
      const std::filesystem::path cell = there.directory / cell_name(row.name, seed);
      const record::RunRecord run = record::load_run(cell, *record::read_run_json(cell));
      steps += static_cast<double>(run.steps.size() - live.hold_begins);
      for (const MessageRow& m : run.messages) {
        if (m.phase == Phase::train && m.step >= live.hold_begins) {
          link_ns += static_cast<double>(m.queue_ns + m.wire_ns);
        }
      }
    }
    EXPECT_NEAR(row.timing.link_ns, link_ns / steps, 1.0);
  }
}

TEST_F(LiveRun, RunsOfTwoWorldsAreNotOneComparison) {
  CompareRequest mixed = two_rows(toy_.scenario(), toy_ / "mixed");
  mixed.seeds = {1};
  const run::Assets assets = run::load_assets(mixed.scenario);
  run::Reporter silent;
  ASSERT_TRUE(run_comparison(mixed, assets, silent).failed.empty());
  const LiveServer server(mixed.scenario.model, toy_ / "state");
  mixed.seeds = {2};
  mixed.live = at(server.port());
  ASSERT_TRUE(run_comparison(mixed, assets, silent).failed.empty());
  try {
    static_cast<void>(load_comparison(mixed.directory));
    FAIL() << "a table of two worlds";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), testing::HasSubstr("their worlds are"));
  }
}

}  // namespace
}  // namespace cutlink::compare
