// What the client half drives and reports: messages, work, losses; and a step that fails leaves no trace.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "train/half_fixture.h"
#include "wire/frame/frame.h"

namespace cutlink::train {
namespace {

using Shape = SplitSpec::Shape;

std::vector<Crossing> crossings(const RecordingObserver& observer) {
  std::vector<Crossing> order;
  for (const MessageRow& row : observer.sent) {
    order.push_back(row.crossing);
  }
  return order;
}

std::vector<Work> work(const RecordingObserver& observer) {
  std::vector<Work> order;
  for (const Interval& interval : observer.work) {
    EXPECT_GT(interval.duration_ns, 0) << name_of(interval.work);
    order.push_back(interval.work);
  }
  return order;
}

TEST(ClientHalf, UStepIsFourMessagesAndFivePiecesOfWork) {
  SplitRun run(tiny_spec(Shape::u, "bf16", "bf16"));
  static_cast<void>(run.train_step(0));
  EXPECT_EQ(crossings(run.observer),
            (std::vector{Crossing::act_up, Crossing::act_down, Crossing::grad_up, Crossing::grad_down}));
  EXPECT_EQ(work(run.observer),
            (std::vector{Work::client_bottom_forward, Work::server_forward, Work::client_top,
                         Work::server_backward, Work::client_bottom_backward}));
  EXPECT_EQ(run.observer.received.size(), 4U);
}

TEST(ClientHalf, VanillaStepIsTwoMessagesAndCarriesLabels) {
  SplitRun run(tiny_spec(Shape::vanilla, "bf16", "bf16"));
  static_cast<void>(run.train_step(0));
  EXPECT_EQ(crossings(run.observer), (std::vector{Crossing::act_up, Crossing::grad_down}));
  EXPECT_EQ(run.observer.sent[0].label_bytes, 4 * run.observer.sent[0].rows);
  EXPECT_EQ(work(run.observer), (std::vector{Work::client_bottom_forward, Work::server_forward,
                                             Work::server_backward, Work::client_bottom_backward}));
}

TEST(ClientHalf, LedgerRowsAddUpToTheFrames) {
  for (const char* codec : {"bf16", "amaq", "amaq+zstd", "uniform:bits=3,per=channel"}) {
    SplitRun run(tiny_spec(Shape::u, codec, "uniform:bits=8-4,per=token,round=stochastic"));
    static_cast<void>(run.train_step(0));
    static_cast<void>(run.client.evaluate(1, tiny_batches(9, 1), true, run.channel));
    static_cast<void>(run.client.evaluate(1, tiny_batches(9, 1), false, run.channel));
    std::size_t up = 0;
    for (const MessageRow& row : run.observer.sent) {
      if (direction_of(row.crossing) == Direction::up) {
        EXPECT_EQ(row.frame_bytes(), run.channel.frames[up++].size()) << codec;
      }
      EXPECT_GT(row.encode_ns, 0);
    }
    EXPECT_EQ(up, run.channel.frames.size());
  }
}

TEST(ClientHalf, PlainFramesCarryTheRawMatrix) {
  TrainSpec spec = tiny_spec(Shape::u, "uniform:bits=1,per=channel", "bf16");
  SplitRun run(spec);
  const std::vector<Batch> held_out = tiny_batches(9, 2);
  UnsplitModel unsplit(spec, tiny_config(), nullptr);
  const LossResult exact = unsplit.evaluate(held_out);
  EXPECT_EQ(run.client.evaluate(0, held_out, false, run.channel).loss_sum, exact.loss_sum);
  const MessageRow& row = run.observer.sent.front();
  EXPECT_EQ(row.codec, "fp32");
  EXPECT_EQ(row.payload_bytes, row.rows * row.channels * 4);
  EXPECT_EQ(row.metadata_bytes, 0U);
  EXPECT_EQ(row.mean_width, 32.0);
  EXPECT_NE(run.client.evaluate(0, held_out, true, run.channel).loss_sum, exact.loss_sum);
}

TEST(ClientHalf, EvaluationLeavesNoTraceInTheWeightsOrTheWidths) {
  const TrainSpec spec = tiny_spec(Shape::u, "amaq:start=6,target=3,steps=5", "bf16");
  SplitRun with(spec);
  SplitRun without(spec);
  for (std::uint32_t step = 0; step < 8; ++step) {
    static_cast<void>(with.client.evaluate(step, tiny_batches(77, 2), true, with.channel));
    EXPECT_EQ(with.train_step(step).loss.loss_sum, without.train_step(step).loss.loss_sum) << "step " << step;
  }
  EXPECT_EQ(weights_of(with), weights_of(without));
}

TEST(ClientHalf, ReportsWidthsAfterTheLastMicroBatchOnly) {
  TrainSpec spec = tiny_spec(Shape::u, "amaq", "bf16");
  spec.accumulation = 2;
  SplitRun run(spec);
  static_cast<void>(run.train_step(0));
  ASSERT_EQ(run.observer.width_reports.size(), 2U);  // act_up and act_down
  EXPECT_EQ(run.observer.width_reports[0].channel, 32U);
}

TEST(ClientHalf, LearnsThroughQuantisedCuts) {
  TrainSpec spec =
      tiny_spec(Shape::u, "amaq:start=6,target=4,steps=20", "uniform:bits=8-4,per=token,round=stochastic");
  spec.optimizer.clip_norm = 1.0;
  spec.optimizer.learning_rate = 0.02;
  SplitRun run(spec);
  const std::vector<Batch> same = tiny_batches(0, 1);  // the base is random: it can only learn by heart
  const double before = run.client.evaluate(0, same, true, run.channel).mean();
  for (std::uint32_t step = 0; step < 50; ++step) {
    static_cast<void>(run.client.train_step(step, same, run.channel));
  }
  EXPECT_LT(run.client.evaluate(50, same, true, run.channel).mean(), 0.9 * before);
}

TEST(ClientHalf, EveryActUpSaysWhichExamplesItCarriesAndWhoseTheyAre) {
  for (const Shape shape : {Shape::u, Shape::vanilla}) {
    TrainSpec spec = tiny_spec(shape, "bf16", "bf16");
    spec.client = 9;
    SplitRun run(spec);
    static_cast<void>(run.train_step(0));
    static_cast<void>(run.client.evaluate(1, tiny_batches(4, 1), true, run.channel));
    const wire::FrameLimits limits = {.max_rows = 24, .channels = 32, .max_sequences = 2, .client = 9};
    std::vector<std::vector<std::uint32_t>> ids;
    for (const ByteVector& bytes : run.channel.frames) {
      const wire::Frame frame = wire::decode_frame(bytes, limits);
      if (frame.info.crossing == Crossing::act_up) {
        ids.push_back(frame.descriptor.sequence_ids);
      }
    }
    EXPECT_EQ(ids, (std::vector<std::vector<std::uint32_t>>{{0, 1}, {2, 3}}));
  }
}

// A loss that is not finite, made by weights that are not.
void poison(std::vector<model::NamedParameter>& adapters) {
  for (model::NamedParameter& parameter : adapters) {
    if (parameter.name.ends_with("lora_B.weight")) {
      *parameter.value.mutable_data_ptr<float>() = std::numeric_limits<float>::quiet_NaN();
    }
  }
}

class NonFiniteLoss : public testing::TestWithParam<Shape> {};

TEST_P(NonFiniteLoss, StopsTheStepWithBothHalvesAsBefore) {
  TrainSpec spec = tiny_spec(GetParam(), "amaq", "uniform:bits=8-4,per=token,round=stochastic");
  spec.accumulation = 2;
  SplitRun run(spec);
  static_cast<void>(run.train_step(0));
  const ByteVector healthy = saved(run.server);
  const ByteVector client_before = saved(run.client);
  poison(run.server.adapters());
  const ByteVector server_before = saved(run.server);
  try {
    static_cast<void>(run.train_step(1));
    FAIL() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::run);
    EXPECT_NE(std::string(error.what()).find("loss of step 1 is nan"), std::string::npos) << error.what();
  }
  EXPECT_EQ(saved(run.client), client_before);
  EXPECT_EQ(saved(run.server), server_before);

  restore(run.server, healthy);
  SplitRun good(spec);
  static_cast<void>(good.train_step(0));
  EXPECT_EQ(run.train_step(1).loss.loss_sum, good.train_step(1).loss.loss_sum);
}

INSTANTIATE_TEST_SUITE_P(Shapes, NonFiniteLoss, testing::Values(Shape::u, Shape::vanilla));

// Loses the connection at the n-th frame of the client, then works again.
struct BreakingChannel : Channel {
  BreakingChannel(ServerHalf& half, std::size_t frames) : server(half), left(frames) {}
  std::optional<ByteVector> exchange(const ByteVector& frame) override {
    if (left-- == 0) {
      throw Error(ErrorKind::peer, "connection lost");
    }
    return server.handle(frame);
  }
  ServerHalf& server;
  std::size_t left;
};

TEST(ClientHalf, AStepThatWasGivenUpStartsAgain) {
  TrainSpec spec = tiny_spec(Shape::u, "amaq", "uniform:bits=8-4,per=token,round=stochastic");
  spec.accumulation = 2;
  SplitRun good(spec);
  SplitRun broken(spec);
  static_cast<void>(good.train_step(0));
  static_cast<void>(broken.train_step(0));
  const double loss = good.train_step(1).loss.loss_sum;
  for (std::size_t frames = 0; frames < 4; ++frames) {  // of the four that the client sends in a step
    BreakingChannel channel(broken.server, frames);
    EXPECT_THROW(static_cast<void>(broken.client.train_step(1, tiny_batches(1, 2), channel)), Error);
  }
  // An evaluation may come first, too.
  EXPECT_EQ(broken.client.evaluate(1, tiny_batches(5, 1), true, broken.channel).loss_sum > 0, true);
  EXPECT_EQ(broken.train_step(1).loss.loss_sum, loss);
  EXPECT_EQ(weights_of(broken), weights_of(good));
}

TEST(ClientHalf, RefusesAReplyThatIsNotTheNext) {
  SplitRun run(tiny_spec(Shape::u, "bf16", "bf16"));
  struct Echo : Channel {
    std::optional<ByteVector> exchange(const ByteVector& frame) override { return frame; }
  } echo;
  struct Silence : Channel {
    std::optional<ByteVector> exchange(const ByteVector&) override { return std::nullopt; }
  } silence;
  EXPECT_THROW(static_cast<void>(run.client.train_step(0, tiny_batches(0, 1), echo)), Error);
  EXPECT_THROW(static_cast<void>(run.client.train_step(0, tiny_batches(0, 1), silence)), Error);
}

}  // namespace
}  // namespace cutlink::train
