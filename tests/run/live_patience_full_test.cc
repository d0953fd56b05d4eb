// A server that is away when a connection is made: a run that begins says so at once, one that goes back to a
// checkpoint waits.
#include <gmock/gmock.h>

#include "run/live_fixture.h"

namespace cutlink::run {
namespace {

const Overrides settings = {"codec=amaq:start=6,target=3,steps=4",
                            "gradient=uniform:bits=8-4,per=token,round=stochastic", "train.steps=10",
                            "checkpoint.every=3"};

class LivePatience : public LiveRun {
 protected:
  void SetUp() override { server_ = std::make_unique<LiveServer>(toy_ / "toy", toy_ / "state"); }
  void begin_again(std::uint16_t port) {
    server_ = std::make_unique<LiveServer>(toy_ / "toy", toy_ / "state", port);
  }
  std::unique_ptr<LiveServer> server_;
};

TEST_F(LivePatience, ARunThatBeginsSaysAtOnceThatNobodyIsThere) {
  RunRequest there = request("there", settings);
  there.live = at(server_->port());
  server_.reset();
  Reporter silent;
  try {
    static_cast<void>(run_one(there, load_assets(there.scenario), silent));
    FAIL() << "nobody was there";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::run);
    EXPECT_THAT(error.what(), testing::HasSubstr("is `cutlink serve` running there?"));
  }
}

// --force replaces what is there, but not before the server has agreed to the run.
TEST_F(LivePatience, ARunThatItsServerRefusesLeavesTheEarlierOneAlone) {
  RunRequest there = request("there", settings);
  there.live = at(server_->port());
  Reporter silent;
  ASSERT_EQ(run_one(there, load_assets(there.scenario), silent), RunStatus::finished);
  const std::vector<std::string> before = deterministic(there.directory);
  const std::string record = read_text_file(there.directory / "run.json", 1'000'000);

  there.replace = true;
  const auto expect_untouched = [&](ErrorKind kind) {
    try {
      static_cast<void>(run_one(there, load_assets(there.scenario), silent));
      ADD_FAILURE() << "the run went on";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
    }
    EXPECT_EQ(deterministic(there.directory), before);
    EXPECT_EQ(read_text_file(there.directory / "run.json", 1'000'000), record);
  };
  const std::uint16_t port = server_->port();
  server_.reset();
  expect_untouched(ErrorKind::run);

  server_ = std::make_unique<LiveServer>(toy_ / "nan", toy_ / "other", port);
  expect_untouched(ErrorKind::peer);
}

// The server is started anew after step 5, and is gone once more just when the run has gone back to its
// checkpoint: the first connection of the run is the 1st, the one that hears of the new server the 2nd.
TEST_F(LivePatience, ARunThatGoesBackWaitsForAServerThatIsGoneAgain) {
  const RunRequest here = request("here", settings);
  const Assets assets = load_assets(here.scenario);
  Reporter silent;
  ASSERT_EQ(run_one(here, assets, silent), RunStatus::finished);

  const std::uint16_t port = server_->port();
  struct Restart : Reporter {
    void on_step(const StepRow& row) override {
      if (row.step == 5 && !done) {
        done = true;
        restart();
      }
    }
    std::function<void()> restart;
    bool done = false;
  } restart;
  restart.restart = [&] {
    server_.reset();
    begin_again(port);
  };
  RunRequest there = request("there", settings);
  there.live = at(port);
  int connections = 0;
  there.live->inside = [&](const std::function<void()>& make) {
    ++connections;
    if (connections == 3) {
      server_.reset();
    } else if (connections == 4) {
      begin_again(port);
    }
    make();
  };
  ASSERT_EQ(run_one(there, assets, restart), RunStatus::finished);
  EXPECT_GE(connections, 4);
  EXPECT_EQ(deterministic(there.directory), deterministic(here.directory));
}

}  // namespace
}  // namespace cutlink::run
