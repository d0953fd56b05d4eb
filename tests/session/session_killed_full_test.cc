// The server is killed after any request, or before its answer arrived: from the checkpoints of both ends the
// run ends as the uncut one, bit for bit.
#include <gtest/gtest.h>

#include "session/session_run.h"

namespace cutlink::session {
namespace {

using Shape = train::SplitSpec::Shape;

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
    run.save_every = 2;
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

}  // namespace
}  // namespace cutlink::session
