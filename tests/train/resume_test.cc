// A run that is stopped after any step and goes on from saved states equals the uninterrupted one, bit for
// bit.
#include <gtest/gtest.h>

#include "train/half_fixture.h"

namespace cutlink::train {
namespace {

using Shape = SplitSpec::Shape;

struct Case {
  const char* name;
  Shape shape;
  const char* activation;
  const char* gradient;
};

class Resume : public testing::TestWithParam<Case> {};

constexpr std::uint32_t steps = 8;

TEST_P(Resume, AfterEveryStepEqualsUninterrupted) {
  const Case& c = GetParam();
  TrainSpec spec = tiny_spec(c.shape, c.activation, c.gradient);
  spec.steps = steps;
  spec.accumulation = 2;
  const std::vector<Batch> held_out = tiny_batches(99, 2);

  SplitRun whole(spec);
  std::vector<double> losses;
  std::vector<ByteVector> client_states = {saved(whole.client)}, server_states = {saved(whole.server)};
  for (std::uint32_t step = 0; step < steps; ++step) {
    losses.push_back(whole.train_step(step).loss.loss_sum);
    if (step % 4 == 3) {  // an evaluation in the middle is part of the run
      losses.back() += whole.client.evaluate(step + 1, held_out, true, whole.channel).loss_sum;
    }
    client_states.push_back(saved(whole.client));
    server_states.push_back(saved(whole.server));
  }

  for (std::uint32_t stop = 0; stop < steps; ++stop) {
    SplitRun resumed(spec);
    restore(resumed.client, client_states[stop]);
    restore(resumed.server, server_states[stop]);
    double loss = resumed.train_step(stop).loss.loss_sum;
    if (stop % 4 == 3) {
      loss += resumed.client.evaluate(stop + 1, held_out, true, resumed.channel).loss_sum;
    }
    ASSERT_EQ(loss, losses[stop]) << "resumed after " << stop;
    // Everything that a later step could depend on is in the saved state, so equal states continue equally.
    ASSERT_EQ(saved(resumed.client), client_states[stop + 1]) << "resumed after " << stop;
    ASSERT_EQ(saved(resumed.server), server_states[stop + 1]) << "resumed after " << stop;
  }
}

constexpr const char* amaq = "amaq:start=6,target=3,steps=5";
constexpr const char* stochastic = "uniform:bits=8-4,per=token,round=stochastic";

INSTANTIATE_TEST_SUITE_P(
    Codecs, Resume,
    testing::Values(Case{"u", Shape::u, amaq, stochastic}, Case{"vanilla", Shape::vanilla, amaq, stochastic},
                    Case{"shared", Shape::u, amaq, "shared"},
                    Case{"inside", Shape::u, "amaq:start=6,target=3,steps=5,where=all", stochastic}),
    [](const auto& tested) { return tested.param.name; });

TEST(Resume, RefusesTheOtherHalfsState) {
  SplitRun run(tiny_spec(Shape::u, "bf16", "bf16"));
  EXPECT_THROW(restore(run.client, saved(run.server)), Error);
}

TEST(Resume, RefusesOtherCodecs) {
  SplitRun run(tiny_spec(Shape::u, "bf16", "bf16"));
  SplitRun other(tiny_spec(Shape::u, "fp32", "bf16"));
  try {
    restore(other.client, saved(run.client));
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("bf16 / bf16"), std::string::npos) << error.what();
  }
}

TEST(Resume, RefusesTruncatedStates) {
  SplitRun run(tiny_spec(Shape::u, "bf16", "bf16"));
  ByteVector state = saved(run.client);
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, state.size() / 2, state.size() - 1}) {
    EXPECT_THROW(restore(run.client, ByteVector(state.begin(), state.begin() + static_cast<long>(size))),
                 Error);
  }
}

}  // namespace
}  // namespace cutlink::train
