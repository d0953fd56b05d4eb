// The server is killed after any request, or before its answer arrived: from the checkpoints of both ends the
// run ends as the uncut one, bit for bit.
#include <gtest/gtest.h>

#include "run/session_fixture.h"

namespace cutlink::run {
namespace {

using Kind = wire::Hello::Kind;
using Shape = train::SplitSpec::Shape;

// The server's process is gone.
struct Killed {};

class SessionResume : public SessionFixture {
 protected:
  // A client that keeps a checkpoint of itself wherever the server has one, and goes back to the newest that
  // both have.
  struct Run {
    Run(SessionResume& t, const train::TrainSpec& spec)
        : test(t), channel(t.server, t.agree(spec), t.silent) {}

    void build() {
      half = std::make_unique<train::ClientHalf>(channel.agreement.spec, test.config, test.checkpoint.get(),
                                                 test.silent);
    }
    void begin() {
      build();
      EXPECT_TRUE(channel.hello(Kind::fresh).alive);
      next = 0;
      outcome.losses.clear();
    }
    void go_back() {
      channel.connect();
      const wire::Welcome welcome = channel.hello(Kind::continues);
      EXPECT_FALSE(welcome.alive);
      std::uint32_t newest = 0;
      for (const std::uint32_t step : welcome.checkpoints) {
        newest = states.contains(step) ? step : newest;
      }
      if (newest == 0) {
        return begin();
      }
      EXPECT_TRUE(channel.hello(Kind::restores, newest).alive);
      build();
      train::restore(*half, states.at(newest));
      next = newest;
      outcome.losses.resize(newest);
    }
    void go_on() {
      const train::TrainSpec& spec = channel.agreement.spec;
      while (next < spec.steps) {
        outcome.losses.push_back(train_one(*half, spec, next, channel));
        ++next;
        if (next % 2 == 0) {
          before_save();
          channel.save(next);
          after_save();
          states[next] = train::saved(*half);
        }
      }
      outcome.losses.push_back(evaluate_all(*half, spec.steps, channel));
      outcome.client = train::saved(*half);
      outcome.server_adapters = channel.adapters();
    }

    SessionResume& test;
    DirectClient channel;
    std::unique_ptr<train::ClientHalf> half;
    std::map<std::uint32_t, ByteVector> states;
    std::uint32_t next = 0;
    Outcome outcome;
    std::function<void()> before_save = [] {}, after_save = [] {};
  };
};

// Kills at each of the places of a run in turn: before and after every request and every checkpoint.
class KilledAnywhere : public SessionResume, public testing::WithParamInterface<Shape> {};

TEST_P(KilledAnywhere, ResumesToTheSameBits) {
  train::TrainSpec spec = session_spec(GetParam());
  spec.steps = 5;
  spec.accumulation = 1;
  const Outcome uncut = run_alone(spec, config, *checkpoint);
  std::size_t kill = 0;
  for (bool killed = true; killed; ++kill) {  // until it is after the run's last place
    std::filesystem::remove_all(options.state);
    start();
    std::size_t place = 0;
    const auto maybe = [&] {
      if (place++ == kill) {
        throw Killed{};
      }
    };
    Run run(*this, spec);
    run.channel.before_request = run.channel.after_answer = run.before_save = run.after_save = maybe;
    run.begin();
    killed = false;
    try {
      run.go_on();
    } catch (const Killed&) {
      killed = true;
      start();
      run.go_back();
      run.go_on();
    }
    ASSERT_EQ(run.outcome, uncut) << "killed at place " << kill;
  }
  EXPECT_GT(kill, 20U);
}

INSTANTIATE_TEST_SUITE_P(Shapes, KilledAnywhere, testing::Values(Shape::u, Shape::vanilla),
                         [](const auto& tested) {
                           return tested.param == Shape::u ? std::string("u") : std::string("vanilla");
                         });

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
}  // namespace cutlink::run
