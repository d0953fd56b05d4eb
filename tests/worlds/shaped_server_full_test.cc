// A run over a shaped link is the simulated run, bit for bit. The server half is a thread here, not a
// process.
#include <gmock/gmock.h>

#include "netsim/shape/shaped_relay.h"
#include "netsim/spec/link_short_form.h"
#include "record/run_json.h"
#include "run/live_fixture.h"

namespace cutlink::worlds {
namespace {

using namespace run;  // the fixture of live runs, and what makes them

TEST_F(LiveRun, ShapedIsTheSimulatedOneBitForBit) {
  const scenario::Overrides overrides = {"codec=amaq:start=6,target=3,steps=4",
                                         "gradient=uniform:bits=8-4,per=token,round=stochastic",
                                         "train.steps=10",
                                         "checkpoint.every=3",
                                         "eval.every=5",
                                         "link=fixed:rate=50Mbit/s,delay=1ms,loss=1%"};
  scenario::Overrides lossless = overrides;
  lossless.back() = "link=fixed:rate=50Mbit/s,delay=1ms";
  const run::RunRequest here = request("here", lossless);
  run::Reporter silent;
  ASSERT_EQ(run::run_one(here, run::load_assets(here.scenario), silent), run::RunStatus::finished);
  run::RunRequest there = request("there", overrides);
  const run::Assets assets = run::load_assets(there.scenario);
  const LiveServer server(there.scenario.model, toy_ / "state");
  netsim::ShapedRelay relay(assets.link, 1, server.port());
  there.live = at(relay.port());
  there.live->world = WorldKind::shaped;
  ASSERT_EQ(run::run_one(there, assets, silent), run::RunStatus::finished);
  EXPECT_EQ(deterministic(there.directory), deterministic(here.directory));
  const auto info = *record::read_run_json(there.directory);
  EXPECT_EQ(info.world, WorldKind::shaped);
  EXPECT_THAT(info.figures.shaped_lacks.value_or(""), testing::HasSubstr("loss (1%) is left out"));
  EXPECT_EQ(relay.report().connections, 1U);
}

}  // namespace
}  // namespace cutlink::worlds
