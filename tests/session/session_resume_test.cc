// A restarted end goes on from a checkpoint that both have.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "session/session_run.h"

namespace cutlink::session {
namespace {

using Kind = wire::Hello::Kind;
using Shape = train::SplitSpec::Shape;

TEST_F(SessionResume, AClientThatWasRestartedGoesBackWhileTheServerLives) {
  const train::TrainSpec spec = session_spec(Shape::u);
  Run run(*this, spec);
  run.begin();
  std::size_t requests = 0;
  run.channel.before_request = [&] {
    if (++requests == 15) {  // in the middle of a step
      throw Killed{};
    }
  };
  EXPECT_THROW(run.go_on(), Killed);
  run.channel.close();
  run.channel.before_request = {};
  run.channel.connect();
  EXPECT_TRUE(run.channel.hello(Kind::restores, 2).alive);
  run.build();
  train::restore(*run.half, run.states.at(2));
  run.next = 2;
  run.outcome.losses.resize(2);
  run.go_on();
  EXPECT_EQ(run.outcome, run_alone(spec, config, *checkpoint));
}

TEST_F(SessionResume, AServerThatWasKilledTwiceKeepsTheTokenAndTheKey) {
  const train::TrainSpec spec = session_spec(Shape::u);
  Run run(*this, spec);
  run.channel.identity = "cutlink-alice";
  run.begin();
  std::size_t requests = 0;
  const auto third = [&] {
    if (++requests % 9 == 0) {
      throw Killed{};
    }
  };
  run.channel.before_request = third;
  for (int kills = 0; kills < 2; ++kills) {
    EXPECT_THROW(run.go_on(), Killed);
    start();
    run.go_back();
  }
  run.channel.before_request = {};
  run.go_on();
  EXPECT_EQ(run.outcome, run_alone(spec, config, *checkpoint));
}

// How sums are rounded depends on how many threads share them.
TEST_F(SessionResume, ASessionKeepsItsNumberOfThreads) {
  options.threads = 3;
  start();
  Run run(*this, session_spec(Shape::u));
  run.begin();
  run.go_on();
  options.threads = 1;
  start();
  run.channel.connect();
  const wire::Welcome welcome = run.channel.hello(Kind::restores, 4);
  EXPECT_NE(welcome.server.find(", 3 threads"), std::string::npos) << welcome.server;
  run.build();
  train::restore(*run.half, run.states.at(4));
  run.next = 4;
  run.outcome.losses.resize(4);
  run.go_on();
  EXPECT_EQ(at::get_num_threads(), 3);
  DirectClient other(server, agree(session_spec(Shape::u)), silent);
  EXPECT_NE(other.hello(Kind::fresh).server.find(", 1 thread"), std::string::npos);
  at::set_num_threads(1);
}

TEST_F(SessionResume, AStepWithoutACompleteCheckpointIsNotRestored) {
  Run run(*this, session_spec(Shape::u));
  run.begin();
  run.go_on();
  const std::filesystem::path session = std::filesystem::directory_iterator(options.state)->path();
  std::filesystem::remove(session / "step-00000006" / "complete.json");
  start();
  run.channel.connect();
  const wire::Welcome welcome = run.channel.hello(Kind::restores, 6);
  EXPECT_FALSE(welcome.alive);
  EXPECT_EQ(welcome.checkpoints, std::vector<std::uint32_t>{4});
  EXPECT_TRUE(run.channel.hello(Kind::restores, 4).alive);
}

}  // namespace
}  // namespace cutlink::session
