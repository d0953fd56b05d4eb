// A run over a shaped link is the simulated run, bit for bit. The server half is a thread here, not a
// process.
#include <gmock/gmock.h>

#include "netsim/shape/shaped_relay.h"
#include "netsim/spec/link_short_form.h"
#include "run/live_fixture.h"
#include "record/run_json.h"

namespace cutlink::run {
namespace {

TEST_F(LiveRun, ShapedIsTheSimulatedOneBitForBit) {
  const Overrides overrides = {"codec=amaq:start=6,target=3,steps=4",
                               "gradient=uniform:bits=8-4,per=token,round=stochastic",
                               "train.steps=10",
                               "checkpoint.every=3",
                               "eval.every=5",
                               "link=fixed:rate=50Mbit/s,delay=1ms,loss=1%"};
  Overrides lossless = overrides;
  lossless.back() = "link=fixed:rate=50Mbit/s,delay=1ms";
  const RunRequest here = request("here", lossless);
  Reporter silent;
  ASSERT_EQ(run_one(here, load_assets(here.scenario), silent), RunStatus::finished);
  RunRequest there = request("there", overrides);
  const Assets assets = load_assets(there.scenario);
  const LiveServer server(there.scenario.model, toy_ / "state");
  netsim::ShapedRelay relay(assets.link, 1, server.port());
  there.live = at(relay.port());
  there.live->network = LiveNetwork::shaped;
  ASSERT_EQ(run_one(there, assets, silent), RunStatus::finished);
  EXPECT_EQ(deterministic(there.directory), deterministic(here.directory));
  const auto info = *read_run_json(there.directory);
  EXPECT_EQ(info["world"], "shaped");
  EXPECT_THAT(info["figures"]["shaped_lacks"].get<std::string>(),
              testing::HasSubstr("loss (1%) is left out"));
  EXPECT_EQ(relay.report().connections, 1U);
}

}  // namespace
}  // namespace cutlink::run
