// The server half as a handler: the order of frames, what it refuses, and that a refused frame changes
// nothing.
#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"
#include "train/half_fixture.h"
#include "train/halves.h"
#include "wire/frame/frame.h"

namespace cutlink::train {
namespace {

using Shape = SplitSpec::Shape;

// Hands every frame of the client to a rewriting function first.
struct RewritingChannel : Channel {
  RewritingChannel(ServerHalf& half, std::function<ByteVector(const ByteVector&)> rewriting)
      : server(half), rewrite(std::move(rewriting)) {}
  std::optional<ByteVector> exchange(const ByteVector& frame) override {
    return server.handle(rewrite(frame));
  }
  ServerHalf& server;
  std::function<ByteVector(const ByteVector&)> rewrite;
};

const wire::FrameLimits limits = {.max_rows = 24, .channels = 32, .max_sequences = 2};

// A rewriting function that changes the frames of one crossing.
std::function<ByteVector(const ByteVector&)> changing(
    Crossing crossing, const std::function<void(wire::FrameInfo&, wire::BatchDescriptor&)>& change) {
  return [=](const ByteVector& bytes) {
    wire::Frame frame = wire::decode_frame(bytes, limits);
    if (frame.info.crossing == crossing) {
      change(frame.info, frame.descriptor);
    }
    if (frame.info.type != wire::FrameType::tensor) {
      return wire::encode_frame(frame.info, frame.descriptor, {}, {});
    }
    return wire::encode_frame(frame.info, frame.descriptor, frame.metadata, frame.payload);
  };
}

struct Refused {
  const char* name;
  Crossing crossing;
  std::function<void(wire::FrameInfo&, wire::BatchDescriptor&)> change;
  const char* message;  // part of it
};

class ServerRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ServerRefuses, WithATypedErrorAndItsStateUnchanged) {
  const Refused& c = GetParam();
  TrainSpec spec = tiny_spec(Shape::u, "amaq", "uniform:bits=4,per=token");
  spec.accumulation = 2;
  SplitRun run(spec);
  static_cast<void>(run.train_step(0));
  const ByteVector client_before = saved(run.client);
  const ByteVector server_before = saved(run.server);
  RewritingChannel channel(run.server, changing(c.crossing, c.change));
  try {
    static_cast<void>(run.client.train_step(1, tiny_batches(1, 2), channel));
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
    EXPECT_NE(std::string(error.what()).find(c.message), std::string::npos) << error.what();
  }
  EXPECT_EQ(saved(run.client), client_before);
  EXPECT_EQ(saved(run.server), server_before);

  // Both go on as if the bad frame had never been.
  static SplitRun good(spec);  // trained once for all cases
  static const double loss = [] {
    static_cast<void>(good.train_step(0));
    return good.train_step(1).loss.loss_sum;
  }();
  EXPECT_EQ(run.train_step(1).loss.loss_sum, loss);
  EXPECT_EQ(saved(run.client), saved(good.client));
  EXPECT_EQ(saved(run.server), saved(good.server));
}

INSTANTIATE_TEST_SUITE_P(
    Frames, ServerRefuses,
    testing::Values(
        Refused{"client", Crossing::act_up, [](auto& header, auto&) { header.client = 1; },
                "the agreement is with client 0"},
        Refused{"gradient_client", Crossing::grad_up, [](auto& header, auto&) { header.client = 65535; },
                "the agreement is with client 0"},
        Refused{"row_map", Crossing::act_up,
                [](auto& header, auto& d) { d.maps.classes.assign(header.rows, wire::RowClass::prompt); },
                "row maps are not served by this version"},
        Refused{"wanted_rows", Crossing::act_up, [](auto&, auto& d) { d.maps.wanted = {0}; },
                "row maps are not served by this version"},
        Refused{"gradient_row_map", Crossing::grad_up, [](auto&, auto& d) { d.maps.sent = {0}; },
                "row maps are not served by this version"},
        Refused{"generation", Crossing::act_up,
                [](auto& header, auto& d) {
                  header.phase = Phase::generate;
                  header.micro_batch = 0;
                  d.total_micro_batches = 0;
                  d.learning_rate = 0.0;
                  d.wants_gradient = false;
                  d.sequence_ids = {1, 2};
                  d.position_offsets = {0, 0};
                },
                "generation with a cache is not served by this version"},
        Refused{"drop_cache", Crossing::act_up,
                [](auto& header, auto&) {
                  header.type = wire::FrameType::drop_cache;
                  header.phase = Phase::generate;
                },
                "drop_cache: a cache is not served by this version"},
        Refused{"sequence", Crossing::act_up, [](auto& header, auto&) { ++header.sequence; }, "was expected"},
        Refused{"step", Crossing::act_up, [](auto& header, auto&) { ++header.step; }, "expected step 1"},
        Refused{"codec", Crossing::act_up, [](auto& header, auto&) { header.codec_id ^= 1U; },
                "another codec"},
        Refused{"plain_training", Crossing::act_up, [](auto& header, auto&) { header.plain = true; },
                "plain"},
        Refused{"long_sequence", Crossing::act_up,
                [](auto&, auto& d) {
                  const std::uint32_t all = d.sequence_lengths[0] + d.sequence_lengths[1];
                  d.sequence_lengths = {all - 1, 1};
                },
                "longer than"},
        Refused{"labels_in_u", Crossing::act_up,
                [](auto& header, auto& d) {
                  d.labels.assign(header.rows, -100);
                  d.step_label_tokens = 1;
                },
                "labels"},
        Refused{"gradient_sequence", Crossing::grad_up, [](auto& header, auto&) { header.sequence += 4; },
                "was expected"},
        Refused{"gradient_step", Crossing::grad_up, [](auto& header, auto&) { ++header.step; },
                "expected step 1"},
        Refused{"gradient_last", Crossing::grad_up,
                [](auto& header, auto&) { header.last_micro_batch = !header.last_micro_batch; },
                "expected step 1"},
        Refused{"gradient_codec", Crossing::grad_up, [](auto& header, auto&) { header.codec_id ^= 1U; },
                "another codec"}),
    [](const auto& tested) { return tested.param.name; });

TEST(ServerHalf, RefusesAGradientBeforeAnActivation) {
  SplitRun run(tiny_spec(Shape::u, "fp32", "fp32"));
  static_cast<void>(run.train_step(0));
  ASSERT_EQ(run.channel.frames.size(), 2U);
  const ByteVector before = saved(run.server);
  EXPECT_THROW(static_cast<void>(run.server.handle(run.channel.frames[1])), Error);  // a grad_up again
  EXPECT_THROW(static_cast<void>(run.server.handle(run.channel.frames[0])), Error);  // an act_up again
  EXPECT_THROW(static_cast<void>(run.server.handle({})), Error);
  EXPECT_EQ(saved(run.server), before);
}

TEST(ServerHalf, RefusesADamagedPayloadWithItsDecoderUnchanged) {
  // The frame is whole (its hash is right), but the body inside is cut short.
  SplitRun run(tiny_spec(Shape::u, "amaq", "uniform:bits=4,per=token"));
  static_cast<void>(run.train_step(0));
  const ByteVector before = saved(run.server);
  RewritingChannel channel(run.server, [](const ByteVector& bytes) {
    const wire::Frame frame = wire::decode_frame(bytes, limits);
    return wire::encode_frame(frame.info, frame.descriptor, frame.metadata,
                              frame.payload.first(frame.payload.size() - 1));
  });
  EXPECT_THROW(static_cast<void>(run.client.train_step(1, tiny_batches(1, 1), channel)), Error);
  EXPECT_EQ(saved(run.server), before);
}

TEST(ServerHalf, VanillaNeedsLabelsInsideTheVocabulary) {
  const auto refuses = [](const std::function<void(wire::FrameInfo&, wire::BatchDescriptor&)>& change) {
    SplitRun run(tiny_spec(Shape::vanilla, "fp32", "fp32"));
    RewritingChannel channel(run.server, changing(Crossing::act_up, change));
    const ByteVector before = saved(run.server);
    try {
      static_cast<void>(run.client.train_step(0, tiny_batches(0, 1), channel));
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::peer) << error.what();  // what the wire brings is the peer's fault
    }
    EXPECT_EQ(saved(run.server), before);
  };
  refuses([](auto&, auto& d) { d.labels.back() = 64; });
  refuses([](auto&, auto& d) { d.labels.back() = -7; });
  refuses([](auto&, auto& d) {  // nothing to divide the loss by
    d.labels.assign(d.labels.size(), -100);
    d.step_label_tokens = 0;
  });
  refuses([](auto&, auto& d) {
    d.labels.clear();
    d.step_label_tokens = 0;
  });
}

TEST(ServerHalf, AnswersGradDownOnlyWhereItIsWanted) {
  // Nothing trains below the cut and bf16 does not learn: grad_up gets no answer.
  TrainSpec spec = tiny_spec(Shape::u, "bf16", "bf16");
  spec.split = {Shape::u, 0, 1};
  SplitRun quiet(spec);
  static_cast<void>(quiet.train_step(0));
  std::size_t down = 0;
  for (const MessageRow& row : quiet.observer.sent) {
    down += row.crossing == Crossing::grad_down ? 1 : 0;
  }
  EXPECT_EQ(down, 0U);
  // amaq learns its widths from it.
  spec.codecs.activation = "amaq";
  SplitRun learning(spec);
  static_cast<void>(learning.train_step(0));
  EXPECT_EQ(learning.observer.sent.back().crossing, Crossing::grad_down);
}

}  // namespace
}  // namespace cutlink::train
