// A server that is away when a connection is made: a run that begins says so at once, one that goes back to a
// checkpoint waits.
#include <gmock/gmock.h>

#include "run/live_fixture.h"

namespace cutlink::run {
namespace {

const scenario::Overrides settings = {"codec=amaq:start=6,target=3,steps=4",
                                      "gradient=uniform:bits=8-4,per=token,round=stochastic",
                                      "train.steps=10", "checkpoint.every=3"};

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

// The file of a run that goes on is cut back to its checkpoint, but not before the server has agreed.
TEST_F(LivePatience, ARunThatItsServerDoesNotTakeBackKeepsItsFiles) {
  RunRequest there = request("there", settings);
  const Assets assets = load_assets(there.scenario);
  there.live = at(server_->port());
  there.live->give_up = std::chrono::milliseconds(100);
  struct Gone : Reporter {
    explicit Gone(std::unique_ptr<LiveServer>& s) : server(s) {}
    void on_step(const StepRow& row) override {
      if (row.step == 7) {
        server.reset();
      }
    }
    std::unique_ptr<LiveServer>& server;
  } gone(server_);
  const std::uint16_t port = server_->port();
  EXPECT_THROW(static_cast<void>(run_one(there, assets, gone)), Error);
  const auto files = [&] {
    std::vector<std::string> all;
    for (const char* file : {"run.json", "steps.csv", "messages.csv", "widths.csv", "events.jsonl"}) {
      all.push_back(read_text_file(there.directory / file, 100'000'000));
    }
    return all;
  };
  const std::vector<std::string> before = files();

  there.resume = true;
  Reporter silent;
  const auto expect_untouched = [&](ErrorKind kind, const char* why) {
    try {
      static_cast<void>(run_one(there, assets, silent));
      ADD_FAILURE() << "the run went on";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      EXPECT_THAT(error.what(), testing::HasSubstr(why));
    }
    EXPECT_EQ(files(), before);
  };
  expect_untouched(ErrorKind::run, "is `cutlink serve` running there?");
  server_ = std::make_unique<LiveServer>(toy_ / "nan", toy_ / "state", port);
  expect_untouched(ErrorKind::peer, "no weights with the digest");
  server_.reset();
  server_ = std::make_unique<LiveServer>(toy_ / "toy", toy_ / "other", port);
  expect_untouched(ErrorKind::run, "none of the checkpoints");
  server_.reset();
  begin_again(port);
  EXPECT_EQ(run_one(there, assets, silent), RunStatus::finished);
}

// A run that is going on is not disturbed by another process that would go on with it.
TEST_F(LivePatience, ARunThatIsGoingOnIsNobodyElses) {
  const std::vector<std::string> expected = simulated(settings);
  RunRequest there = request("there", settings);
  const Assets assets = load_assets(there.scenario);
  Reporter silent;
  there.live = at(server_->port());
  struct Another : Reporter {
    void on_step(const StepRow& row) override {
      if (row.step == 5) {
        try {
          run();
          ADD_FAILURE() << "two processes go on with one run";
        } catch (const Error& error) {
          EXPECT_EQ(error.kind(), ErrorKind::usage);
          EXPECT_THAT(error.what(), testing::HasSubstr("another cutlink run writes here"));
          ++refused;
        }
      }
    }
    std::function<void()> run;
    int refused = 0;
  } another;
  another.run = [&] {
    RunRequest same = there;
    same.resume = true;
    static_cast<void>(run_one(same, assets, silent));
  };
  ASSERT_EQ(run_one(there, assets, another), RunStatus::finished);
  EXPECT_EQ(another.refused, 1);
  EXPECT_EQ(deterministic(there.directory), expected);
  EXPECT_THAT(read_text_file(there.directory / "events.jsonl", 1'000'000),
              testing::Not(testing::HasSubstr("connection_lost")));
}

// A server whose newest checkpoint was lost takes the run back to step 3; its file is there again later.
TEST_F(LivePatience, ACheckpointOfStepsThatWereCutDoesNotComeBack) {
  const std::vector<std::string> expected = simulated(settings);
  RunRequest there = request("there", settings);
  const Assets assets = load_assets(there.scenario);
  Reporter silent;
  const std::uint16_t port = server_->port();
  there.live = at(port);
  there.live->give_up = std::chrono::milliseconds(100);
  struct Gone : Reporter {
    void on_step(const StepRow& row) override {
      if (row.step == step) {
        server->reset();
      }
    }
    std::unique_ptr<LiveServer>* server = nullptr;
    std::uint32_t step = 7;
  } gone;
  gone.server = &server_;
  EXPECT_THROW(static_cast<void>(run_one(there, assets, gone)), Error);
  const std::filesystem::path newest =
      std::filesystem::directory_iterator(toy_ / "state")->path() / "step-00000006";
  std::filesystem::rename(newest, toy_ / "aside");
  begin_again(port);
  there.resume = true;
  gone.step = 4;
  EXPECT_THROW(static_cast<void>(run_one(there, assets, gone)), Error);
  std::filesystem::rename(toy_ / "aside", newest);
  begin_again(port);
  ASSERT_EQ(run_one(there, assets, silent), RunStatus::finished);
  EXPECT_EQ(deterministic(there.directory), expected);
}

// The server is started anew after step 5, and is gone once more just when the run has gone back to its
// checkpoint: the first connection of the run is the 1st, the one that hears of the new server the 2nd.
TEST_F(LivePatience, ARunThatGoesBackWaitsForAServerThatIsGoneAgain) {
  const std::vector<std::string> expected = simulated(settings);
  RunRequest there = request("there", settings);
  const Assets assets = load_assets(there.scenario);
  Reporter silent;
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
  EXPECT_EQ(deterministic(there.directory), expected);
}

}  // namespace
}  // namespace cutlink::run
