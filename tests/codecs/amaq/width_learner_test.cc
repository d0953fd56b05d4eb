#include "codecs/amaq/width_learner.h"

#include <gtest/gtest.h>

#include <limits>
#include <numbers>
#include <numeric>

#include "codecs/amaq/amaq_test_data.h"
#include "codecs/amaq/column_sums.h"
#include "codecs/amaq/width_layout.h"

namespace cutlink::codecs::amaq {
namespace {

constexpr std::size_t H = 12;

// The gates in a saved learner (its bank comes first).
std::vector<double> gates_of(const WidthLearner& learner, const GateRules& rules, std::size_t gates) {
  const ByteVector bytes = saved(learner);
  GateBank bank(rules, gates);
  ByteReader reader(bytes, "state", ErrorKind::run);
  bank.restore(reader);
  return {bank.gates().begin(), bank.gates().end()};
}

TEST(WidthLearner, FeedsTheBankWithTheWidthGradient) {
  const AmaqParameters parameters;
  const GateRules rules = parameters.gate_rules(30);
  WidthLearner learner(parameters, {H, 0, 1, 30}, "test");
  GateBank expected(rules, H);
  for (std::uint32_t step = 0; step < 5; ++step) {
    for (std::uint32_t micro = 0; micro < 2; ++micro) {
      const TestMatrix x(40, H, DType::f32, 10 * step + micro);
      const TestMatrix g(40, H, DType::bf16, 10 * step + micro + 5);
      Body body;
      Body again;
      GridTrace trace;
      minmax_encode(x.view(), learner.table(0), again, &trace);
      learner.encode(0, x.view(), training_call(step, {}, micro, micro == 1), body);
      EXPECT_EQ(body.payload, again.payload);
      std::vector<double> width_gradient = column_products(g.view(), trace.error);
      for (double& value : width_gradient) {
        value *= std::numbers::ln2;
      }
      learner.learn(0, g.view());
      expected.accumulate(0, width_gradient);
    }
    learner.end_step();
    expected.end_step();
  }
  EXPECT_EQ(gates_of(learner, rules, H),
            std::vector<double>(expected.gates().begin(), expected.gates().end()));
}

TEST(WidthLearner, RawChannelsLearnNothing) {
  AmaqParameters parameters;
  parameters.control = Control::controlled;
  parameters.beta = 0.0;  // the task's gradient alone
  const GateRules rules = parameters.gate_rules(30);
  WidthLearner learner(parameters, {H, 0, 1, 30}, "test");
  const std::vector<double> before = gates_of(learner, rules, H);
  TestMatrix x(40, H, DType::f32, 1);
  x.set(7, 3, std::numeric_limits<float>::infinity());
  const TestMatrix g(40, H, DType::f32, 2);
  Body body;
  const BodyFacts facts = learner.encode(0, x.view(), training_call(0, {}), body);
  EXPECT_EQ(facts.passthrough_channels, 1U);
  learner.learn(0, g.view());
  learner.end_step();
  const std::vector<double> after = gates_of(learner, rules, H);
  for (std::size_t h = 0; h < H; ++h) {
    EXPECT_EQ(before[h] == after[h], h == 3) << h;
  }
}

TEST(WidthLearner, SaysThatAGradientWasNotFinite) {
  WidthLearner learner(AmaqParameters{}, {H, 0, 1, 30}, "amaq act_up");
  const TestMatrix x(40, H, DType::f32, 1);
  TestMatrix g(40, H, DType::f32, 2);
  g.set(0, 4, std::numeric_limits<float>::quiet_NaN());
  Body body;
  learner.encode(0, x.view(), training_call(0, {}), body);
  learner.learn(0, g.view());
  learner.end_step();
  const std::vector<Event> events = learner.take_events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].message.find("amaq act_up: the gradient that came back was not finite in 1 gates"), 0U);
}

TEST(WidthLearner, ByTokenGatesBelongToPositions) {
  AmaqParameters parameters;
  parameters.per = Per::token;
  parameters.target = 3.0;
  const std::vector<std::uint32_t> positions = positions_of({6, 4, 5});
  WidthLearner learner(parameters, {H, 8, 1, 60}, "test");
  ASSERT_EQ(learner.table(0).size(), 8U);
  for (std::uint32_t step = 0; step < 60; ++step) {
    const TestMatrix x(positions.size(), H, DType::f32, step);
    TestMatrix g(positions.size(), H, DType::f32, 1);
    // The loss hangs on position 2: its rows want what they were, g = x̂ − x.
    Body body;
    learner.encode(0, x.view(), training_call(step, positions), body);
    TestMatrix x_hat(positions.size(), H, DType::f32, 1);
    ByteReader metadata(body.metadata, "test");
    decode_with_table(Per::token, learner.table(0), positions, metadata, body.payload, x_hat.mutable_view());
    for (std::size_t r = 0; r < positions.size(); ++r) {
      for (std::size_t c = 0; c < H; ++c) {
        g.set(r, c, (positions[r] == 2 ? 1.0F : 0.01F) * (x_hat.at(r, c) - x.at(r, c)));
      }
    }
    // Budget: the mean over the rows follows the reference; half a row group is what rounding may leave.
    double mean = 0.0;
    for (const std::uint32_t p : positions) {
      mean += learner.table(0)[p] / 15.0;
    }
    EXPECT_NEAR(mean, parameters.descent(60).reference(step), 1.5 / 15 + 1e-9) << step;
    learner.learn(0, g.view());
    learner.end_step();
  }
  for (const std::size_t other : {0U, 1U, 3U, 4U, 5U}) {
    EXPECT_GT(learner.table(0)[2], learner.table(0)[other]);
  }
}

TEST(WidthLearner, EvaluationMovesNothing) {
  WidthLearner learner(AmaqParameters{}, {H, 0, 1, 30}, "test");
  const ByteVector before = saved(learner);
  const TestMatrix x(40, H, DType::f32, 1);
  Body body;
  learner.encode(0, x.view(), {Phase::eval, 0, 0, true, {}}, body);
  EXPECT_EQ(saved(learner), before);
}

TEST(WidthLearner, FisherGivesBitsWhereTheyCount) {
  AmaqParameters parameters;
  parameters.learning = Learning::fisher;
  parameters.steps = 10;
  WidthLearner learner(parameters, {H, 0, 1, 30}, "test");
  for (std::uint32_t step = 0; step < 20; ++step) {
    const TestMatrix x(64, H, DType::f32, 1);  // channels 8 – 11 have twice the range
    TestMatrix g(64, H, DType::f32, 100 + step);
    for (std::size_t r = 0; r < 64; ++r) {
      g.set(r, 5, 64.0F * g.at(r, 5));
    }
    Body body;
    learner.encode(0, x.view(), training_call(step, {}), body);
    learner.learn(0, g.view());
    learner.end_step();
  }
  const std::span<const std::uint8_t> table = learner.table(0);
  EXPECT_EQ(std::accumulate(table.begin(), table.end(), 0U), 4 * H);
  EXPECT_GT(table[5], table[4] + 3);
  EXPECT_GE(table[9], table[4]);
}

}  // namespace
}  // namespace cutlink::codecs::amaq
