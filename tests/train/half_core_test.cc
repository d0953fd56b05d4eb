// What both halves share: a step is a transaction, and a state fits only what it was saved from.
#include "train/half_core.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "base/error_of.h"
#include "train/half_fixture.h"

namespace cutlink::train {
namespace {

constexpr const char* amaq = "amaq:start=6,target=3,steps=5";

struct Core {
  explicit Core(Half half, const TrainSpec& train_spec = tiny_spec(SplitSpec::Shape::u, amaq, "bf16"))
      : core(half, train_spec, tiny_config(), nullptr, observer) {}
  // One frame of act_up, as the client sends it.
  ByteVector send(std::uint32_t step) {
    const std::vector<std::uint32_t> lengths = {3, 2};
    const MicroBatch batch = {.phase = Phase::train,
                              .step = step,
                              .last = true,
                              .layout = model::RowLayout::of(lengths),
                              .sequence_ids = {4, 7}};
    wire::BatchDescriptor descriptor;
    descriptor.sequence_lengths = lengths;
    descriptor.sequence_ids = batch.sequence_ids;
    descriptor.total_micro_batches = 1;
    return core.send(Crossing::act_up, at::rand({5, 32}), batch, descriptor);
  }
  RecordingObserver observer;
  HalfCore core;
};

TEST(HalfCore, ARolledBackStepLeavesAllAsAtItsBegin) {
  Core half(Half::client);
  const ByteVector before = saved(half.core);
  half.core.begin_step();
  static_cast<void>(half.send(0));
  EXPECT_TRUE(half.core.in_step());
  EXPECT_EQ(saved(half.core), before) << "in a step the state at its begin is saved";
  half.core.roll_back();
  EXPECT_FALSE(half.core.in_step());
  EXPECT_EQ(saved(half.core), before);
  EXPECT_EQ(half.core.steps_done(), 0U);
  half.core.roll_back();  // nothing to do
  EXPECT_EQ(saved(half.core), before);

  half.core.begin_step();
  static_cast<void>(half.send(0));
  static_cast<void>(half.core.finish_step(1e-3));
  EXPECT_EQ(half.core.steps_done(), 1U);
  EXPECT_NE(saved(half.core), before);
}

TEST(HalfCore, OnlyThePeersNextFrameIsTaken) {
  Core client(Half::client), server(Half::server);
  const wire::Frame first = [&] {
    static ByteVector bytes;
    bytes = client.send(0);
    return wire::decode_frame(bytes, client.core.limits());
  }();
  server.core.check_sequence(first);
  server.core.count_received();
  const std::string error = error_of(ErrorKind::peer, [&] { server.core.check_sequence(first); });
  EXPECT_NE(error.find("frame 1 was expected"), std::string::npos) << error;
}

TEST(HalfCore, WhatAFrameCannotHoldIsRefusedByName) {
  TrainSpec spec = tiny_spec(SplitSpec::Shape::u, "bf16", "bf16");
  spec.batch = 1U << 16;
  spec.max_length = 1U << 16;  // 2^32 rows: 0 in 32 bits
  EXPECT_NE(error_of(ErrorKind::usage, [&] { Core core(Half::client, spec); }).find("4294967296 rows"),
            std::string::npos);
  spec = tiny_spec(SplitSpec::Shape::u, "bf16", "bf16");
  spec.client = 65536;
  EXPECT_NE(error_of(ErrorKind::usage, [&] { Core core(Half::client, spec); }).find("client 65536"),
            std::string::npos);
}

TEST(HalfCore, EveryFrameSaysWhoseItIs) {
  TrainSpec spec = tiny_spec(SplitSpec::Shape::u, amaq, "bf16");
  spec.client = 5;
  Core ours(Half::client, spec);
  EXPECT_EQ(ours.core.limits().client, 5);
  EXPECT_EQ(wire::peek_frame(ours.send(0)).client, 5);
  const MicroBatch batch = {.phase = Phase::eval, .layout = {}, .sequence_ids = {}};
  EXPECT_EQ(wire::peek_frame(ours.core.send_result(batch, {})).client, 5);
  Core other(Half::server);
  const ByteVector bytes = ours.send(0);
  EXPECT_NE(
      error_of(ErrorKind::peer, [&] { static_cast<void>(wire::decode_frame(bytes, other.core.limits())); })
          .find("client is 5, the agreement is with client 0"),
      std::string::npos);
}

TEST(HalfCore, AStateFitsOnlyItsHalfAndItsCodecs) {
  Core client(Half::client), server(Half::server),
      other(Half::client, tiny_spec(SplitSpec::Shape::u, "bf16", "bf16"));
  const ByteVector state = saved(client.core);
  const auto refused = [&](Core& half, const ByteVector& bytes) {
    return error_of(ErrorKind::usage, [&] { restore(half.core, bytes); });
  };
  EXPECT_NE(refused(server, state).find("the other half"), std::string::npos);
  EXPECT_NE(refused(other, state).find("codecs"), std::string::npos);
  ByteVector version = state;
  version[0] ^= 0xFFU;
  EXPECT_NE(refused(client, version).find("another version"), std::string::npos);
  Core fresh(Half::client);
  restore(fresh.core, state);
  EXPECT_EQ(saved(fresh.core), state);
}

TEST(HalfCore, EachHalfHoldsTheEndsOfItsDirection) {
  Core client(Half::client);
  EXPECT_EQ(client.core.limits().max_rows, 24U);
  EXPECT_EQ(client.core.limits().channels, 32U);
  EXPECT_FALSE(client.core.vanilla());
  EXPECT_TRUE(client.core.sender(Crossing::act_up).learns());
  EXPECT_FALSE(client.core.sender(Crossing::grad_up).learns());
}

}  // namespace
}  // namespace cutlink::train
