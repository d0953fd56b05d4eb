#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <random>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "record/csv_rows.h"
#include "record/run_json.h"
#include "record/steps_csv.h"
#include "run/live_fixture.h"
#include "wire/cutting_proxy.h"
#include "wire/tls/test_authority.h"
#include "worlds/live_world.h"

namespace cutlink::worlds {
namespace {

using namespace run;  // the fixture of live runs, and what makes them

const scenario::Overrides amaq = {"codec=amaq:start=6,target=3,steps=4",
                                  "gradient=uniform:bits=8-4,per=token,round=stochastic", "train.steps=10",
                                  "checkpoint.every=3", "eval.every=5"};

TEST_F(LiveRun, IsTheSimulatedOneBitForBit) {
  for (const char* shape : {"u", "vanilla"}) {
    scenario::Overrides overrides = amaq;
    overrides.push_back(std::string("split.shape=") + shape);
    const run::RunRequest here = request(std::string("here-") + shape, overrides);
    const run::Assets assets = run::load_assets(here.scenario);
    run::Reporter silent;
    ASSERT_EQ(run::run_one(here, assets, silent), run::RunStatus::finished);
    const LiveServer server(here.scenario.model, toy_ / "state");
    run::RunRequest there = request(std::string("there-") + shape, overrides);
    there.live = at(server.port());
    ASSERT_EQ(run::run_one(there, assets, silent), run::RunStatus::finished);
    EXPECT_EQ(deterministic(there.directory), deterministic(here.directory)) << shape;
    const auto info = *record::read_run_json(there.directory);
    EXPECT_EQ(info.world, WorldKind::live);
    EXPECT_THAT(info.peer.value_or(""), testing::HasSubstr("127.0.0.1"));
  }
}

TEST_F(LiveRun, WithCertificatesItIsTheSimulatedOneBitForBit) {
  const run::RunRequest here = request("here", amaq);
  const run::Assets assets = run::load_assets(here.scenario);
  run::Reporter silent;
  ASSERT_EQ(run::run_one(here, assets, silent), run::RunStatus::finished);
  const TemporaryFolder folder;
  const wire::TestAuthority authority(folder / "");
  const LiveServer server(here.scenario.model, toy_ / "state", 0, authority.for_server());
  run::RunRequest there = request("there", amaq);
  there.live = at(server.port());
  there.live->connect.certificates = authority.for_client();
  ASSERT_EQ(run::run_one(there, assets, silent), run::RunStatus::finished);
  EXPECT_EQ(deterministic(there.directory), deterministic(here.directory));
  EXPECT_THAT(record::read_run_json(there.directory)->peer.value_or(""),
              testing::StartsWith("tls1.3 certificates, "));
}

// Not as a server that is away, which would be tried again for as long as give_up says.
TEST_F(LiveRun, ACertificateThatIsRefusedEndsTheRunAtOnce) {
  const TemporaryFolder folder;
  const wire::TestAuthority authority(folder / "", "ca"), other(folder / "", "other");
  const LiveServer server(toy_ / "toy", toy_ / "state", 0, authority.for_server());
  wire::CertificateFiles files = other.issue({});
  files.authority = authority.file();
  run::RunRequest there = request("there", amaq);
  there.live = at(server.port());
  there.live->give_up = std::chrono::hours(1);
  there.live->connect.certificates = wire::Certificates(files, wire::TlsRole::client);
  run::Reporter silent;
  try {
    static_cast<void>(run::run_one(there, run::load_assets(there.scenario), silent));
    FAIL() << "a stranger was let in";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
    EXPECT_THAT(error.what(), testing::HasSubstr("the server refused our certificate"));
  }
}

// It tells strangers nothing, so its silence must be understood.
TEST_F(LiveRun, AServerThatWantsTlsEndsAPlainRunSoon) {
  const TemporaryFolder folder;
  const wire::TestAuthority authority(folder / "");
  const LiveServer server(toy_ / "toy", toy_ / "state", 0, authority.for_server());
  run::RunRequest there = request("there", amaq);
  there.live = at(server.port());
  there.live->give_up = std::chrono::hours(1);
  run::Reporter silent;
  try {
    static_cast<void>(run::run_one(there, run::load_assets(there.scenario), silent));
    FAIL() << "a stranger was let in";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
    EXPECT_THAT(error.what(), testing::HasSubstr("give this client's --key"));
  }
}

// Frames and their envelopes, the greeting, the report and nothing else: without TLS the socket's own count
// is theirs.
TEST_F(LiveRun, TheLedgerIsTheSocketsCount) {
  const LiveServer server(toy_ / "toy", toy_ / "state");
  run::RunRequest there = request("there", amaq);
  there.live = at(server.port());
  run::Reporter silent;
  ASSERT_EQ(run::run_one(there, run::load_assets(there.scenario), silent), run::RunStatus::finished);
  for (const StepRow& row : record::all_rows<StepRow>(there.directory / "steps.csv")) {
    const std::uint64_t requests = 2;  // act_up and grad_up
    ASSERT_TRUE(row.socket.has_value());
    const std::uint64_t frames = row.up_bytes;
    const std::uint64_t socket = row.socket->up_bytes;
    const std::uint64_t envelopes = requests * wire::envelope_bytes;
    // After a checkpoint, or an evaluation, its messages are counted with the next step.
    EXPECT_GE(socket, frames + envelopes) << row.step;
    if (row.step % 3 != 0 && row.step % 5 != 0) {
      EXPECT_EQ(socket, frames + envelopes) << row.step;
    }
    EXPECT_EQ(row.socket->repeated_bytes, 0U);
  }
}

TEST_F(LiveRun, AThousandCutsAtRandomBytesChangeNothing) {
  const run::RunRequest here = request("here", amaq);
  const run::Assets assets = run::load_assets(here.scenario);
  run::Reporter silent;
  ASSERT_EQ(run::run_one(here, assets, silent), run::RunStatus::finished);
  const std::vector<std::string> expected = deterministic(here.directory);

  const LiveServer server(here.scenario.model, toy_ / "state");
  std::mt19937_64 random(1);
  std::atomic<int> connections = 0;
  const wire::CuttingProxy proxy(server.port(), [&] {
    ++connections;
    wire::Cut cut;
    (random() % 2 == 0 ? cut.up : cut.down) = random() % 30'000;
    cut.by_reset = random() % 2 == 0;
    return cut;
  });
  // Every connection of a run but its last one ended by its cut.
  const char* asked = std::getenv("CUTLINK_CUTS");
  const int cuts = asked != nullptr ? std::atoi(asked) : 1000;
  int runs = 0;
  while (connections - runs < cuts) {
    run::RunRequest there = request("cut-" + std::to_string(runs++), amaq);
    there.live = at(proxy.port());
    ASSERT_EQ(run::run_one(there, assets, silent), run::RunStatus::finished);
    ASSERT_EQ(deterministic(there.directory), expected) << "run " << runs << ", connection " << connections;
  }
  std::printf("%d connections cut at random bytes, %d runs, %d connections in all\n",
              connections.load() - runs, runs, connections.load());
}

// Where the network is away, so are its names.
TEST_F(LiveRun, ANameThatDoesNotResolveForAWhileIsALossLikeAnother) {
  const run::RunRequest here = request("here", amaq);
  const run::Assets assets = run::load_assets(here.scenario);
  run::Reporter silent;
  ASSERT_EQ(run::run_one(here, assets, silent), run::RunStatus::finished);
  const LiveServer server(here.scenario.model, toy_ / "state");
  std::atomic<int> connections = 0;
  const wire::CuttingProxy proxy(server.port(), [&] {
    wire::Cut cut;
    if (++connections == 1) {
      cut.up = 20'000;
    }
    return cut;
  });
  run::RunRequest there = request("there", amaq);
  there.live = at(proxy.port());
  int attempts = 0;
  there.live->inside = [&](const std::function<void()>& work) {
    if (++attempts == 2 || attempts == 3) {
      usage_error("server.example: Name or service not known");
    }
    work();
  };
  ASSERT_EQ(run::run_one(there, assets, silent), run::RunStatus::finished);
  EXPECT_EQ(attempts, 4);
  EXPECT_EQ(deterministic(there.directory), deterministic(here.directory));
}

// Restarts the server whenever this run has made so many steps.
struct RestartServer : run::Reporter {
  void on_step(const StepRow& row) override {
    if (row.step == at_step && times > 0) {
      --times;
      const std::uint16_t port = (*server)->port();
      server->reset();
      *server = std::make_unique<LiveServer>(model, state, port);
    }
  }
  std::unique_ptr<LiveServer>* server = nullptr;
  std::filesystem::path model, state;
  std::uint32_t at_step = 0;
  int times = 1;
};

TEST_F(LiveRun, AServerStartedAnewAfterAnyStepChangesNothing) {
  const run::RunRequest here = request("here", amaq);
  const run::Assets assets = run::load_assets(here.scenario);
  run::Reporter silent;
  ASSERT_EQ(run::run_one(here, assets, silent), run::RunStatus::finished);
  const std::vector<std::string> expected = deterministic(here.directory);
  auto server = std::make_unique<LiveServer>(here.scenario.model, toy_ / "state");
  for (std::uint32_t step = 0; step < 10; ++step) {
    run::RunRequest there = request("restart-" + std::to_string(step), amaq);
    there.live = at(server->port());
    RestartServer restart;
    restart.server = &server;
    restart.model = here.scenario.model;
    restart.state = toy_ / "state";
    restart.at_step = step;
    ASSERT_EQ(run::run_one(there, assets, restart), run::RunStatus::finished) << step;
    EXPECT_EQ(deterministic(there.directory), expected) << step;
    // What the run went back for is told still, whether back to a checkpoint or to the beginning.
    const std::string events = read_text_file(there.directory / "events.jsonl", 1'000'000);
    const std::size_t lost = events.find("connection_lost");
    EXPECT_LT(lost, events.find("went_back")) << step << ":\n" << events;
    EXPECT_NE(events.find("went_back"), std::string::npos) << step;
  }
}

TEST_F(LiveRun, AServerThatStaysAwayEndsTheRunResumably) {
  const run::RunRequest here = request("here", amaq);
  const run::Assets assets = run::load_assets(here.scenario);
  run::Reporter silent;
  ASSERT_EQ(run::run_one(here, assets, silent), run::RunStatus::finished);

  auto server = std::make_unique<LiveServer>(here.scenario.model, toy_ / "state");
  const std::uint16_t port = server->port();
  struct StopServer : run::Reporter {
    void on_step(const StepRow& row) override {
      if (row.step == 6) {
        server->reset();
      }
    }
    std::unique_ptr<LiveServer>* server = nullptr;
  } stop;
  stop.server = &server;
  run::RunRequest there = request("there", amaq);
  there.live = at(port);
  there.live->give_up = std::chrono::milliseconds(200);
  try {
    static_cast<void>(run::run_one(there, assets, stop));
    FAIL() << "the server was away";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::run);
    EXPECT_THAT(error.what(), testing::HasSubstr("--resume"));
  }
  server = std::make_unique<LiveServer>(here.scenario.model, toy_ / "state", port);
  there.resume = true;
  ASSERT_EQ(run::run_one(there, assets, silent), run::RunStatus::finished);
  EXPECT_EQ(deterministic(there.directory), deterministic(here.directory));
  EXPECT_THAT(read_text_file(there.directory / "events.jsonl", 1'000'000),
              testing::HasSubstr("connection_lost"));
}

}  // namespace
}  // namespace cutlink::worlds
