#include "train/crossing_endpoint.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "base/error_of.h"
#include "codecs/registry.h"
#include "train/half_fixture.h"

namespace cutlink::train {
namespace {

const codecs::CodecContext context = {
    .crossing = Crossing::act_up, .channels = 16, .max_positions = 20, .seed = 3, .total_steps = 10};
const wire::FrameLimits limits = {.max_rows = 40, .channels = 16, .max_sequences = 4};

MicroBatch batch_of(std::vector<std::uint32_t> lengths) {
  MicroBatch batch;
  batch.layout = model::RowLayout::of(lengths);
  for (std::uint32_t id = 0; id < lengths.size(); ++id) {
    batch.sequence_ids.push_back(10 + id);
  }
  return batch;
}

at::Tensor rows_of(const MicroBatch& batch, at::ScalarType type) {
  const auto rows = static_cast<std::int64_t>(batch.layout.rows());
  return at::arange(rows * 16, at::kFloat).reshape({rows, 16}).sin().to(type);
}

wire::BatchDescriptor descriptor_of(const MicroBatch& batch) {
  wire::BatchDescriptor descriptor;
  descriptor.sequence_lengths = batch.layout.lengths;
  descriptor.sequence_ids = batch.sequence_ids;
  return descriptor;
}

TEST(CrossingEndpoint, AnExactCodecBringsTheTensorBack) {
  for (const auto& [spec, dtype, type] :
       {std::tuple{"fp32", DType::f32, at::kFloat}, std::tuple{"bf16", DType::bf16, at::kBFloat16}}) {
    RecordingObserver observer;
    const auto codec = codecs::make_codec(spec);
    SendEndpoint sender(*codec, context, dtype, observer);
    ReceiveEndpoint receiver(*codec, context, dtype);
    const MicroBatch batch = batch_of({9, 4});
    const at::Tensor x = rows_of(batch, type);
    const ByteVector bytes = sender.send(x, batch, descriptor_of(batch), 5);
    const wire::Frame frame = wire::decode_frame(bytes, limits);
    EXPECT_EQ(frame.info.sequence, 5U);
    receiver.check(frame, batch);
    EXPECT_TRUE(at::equal(receiver.receive(frame, batch), x));
    ASSERT_EQ(observer.sent.size(), 1U);
    EXPECT_EQ(observer.sent[0].frame_bytes(), bytes.size());
    EXPECT_EQ(observer.sent[0].codec, spec);
    EXPECT_EQ(observer.sent[0].rows, 13U);
  }
}

TEST(CrossingEndpoint, TheObserversViewOfXOutlivesTheCallersTensor) {
  RecordingObserver observer;
  const auto codec = codecs::make_codec("fp32");
  SendEndpoint sender(*codec, context, DType::f32, observer);
  const MicroBatch batch = batch_of({3});
  at::Tensor x = rows_of(batch, at::kFloat);
  const float first = x[0][1].item<float>();
  static_cast<void>(sender.send(x, batch, descriptor_of(batch), 0));
  x.reset();
  EXPECT_EQ(static_cast<const float*>(observer.sent_data[0])[1], first);
}

TEST(CrossingEndpoint, ACodecIsToldWhichExamplesItSees) {
  const MicroBatch batch = batch_of({2, 1});
  const codecs::CallInfo call = batch.call();
  EXPECT_EQ(std::vector(call.sequence_ids.begin(), call.sequence_ids.end()),
            (std::vector<std::uint32_t>{10, 11}));
  EXPECT_EQ(std::vector(call.positions.begin(), call.positions.end()), (std::vector<std::uint32_t>{0, 1, 0}));
}

TEST(CrossingEndpoint, RowMapsAreRefusedByName) {
  RecordingObserver observer;
  const auto codec = codecs::make_codec("fp32");
  SendEndpoint sender(*codec, context, DType::f32, observer);
  const ReceiveEndpoint receiver(*codec, context, DType::f32);
  const MicroBatch batch = batch_of({3});
  const std::vector<wire::RowMaps> all = {
      {.sent = {1}, .wanted = {}, .classes = {}},
      {.sent = {}, .wanted = {2}, .classes = {}},
      {.sent = {}, .wanted = {}, .classes = std::vector(3, wire::RowClass::answer)}};
  for (const wire::RowMaps& maps : all) {
    wire::BatchDescriptor descriptor = descriptor_of(batch);
    descriptor.maps = maps;
    const ByteVector bytes = sender.send(rows_of(batch, at::kFloat), batch, descriptor, 0);
    const std::string error =
        error_of(ErrorKind::peer, [&] { receiver.check(wire::decode_frame(bytes, limits), batch); });
    EXPECT_NE(error.find("row maps are not served by this version"), std::string::npos) << error;
  }
}

TEST(CrossingEndpoint, OutlierRowsAreTheirOwnLedgerLine) {
  RecordingObserver observer;
  const auto codec = codecs::make_codec("amaq");
  SendEndpoint sender(*codec, context, DType::f32, observer);
  const MicroBatch batch = batch_of({20, 20});
  at::Tensor x = rows_of(batch, at::kFloat);
  x[7] *= 1000.0;
  const ByteVector bytes = sender.send(x, batch, descriptor_of(batch), 0);
  const MessageRow& row = observer.sent[0];
  EXPECT_EQ(row.escaped_rows, 1U);
  EXPECT_EQ(row.outlier_bytes, 4 + 4 + 16 * 2U);  // count, index, one bf16 row
  EXPECT_EQ(row.frame_bytes(), bytes.size());
}

TEST(CrossingEndpoint, EventsNameTheirCrossingOnce) {
  RecordingObserver observer;
  const auto fp16 = codecs::make_codec("fp16");
  SendEndpoint floats(*fp16, context, DType::f32, observer);
  const MicroBatch batch = batch_of({3});
  static_cast<void>(floats.send(1e6 * rows_of(batch, at::kFloat), batch, descriptor_of(batch), 0));
  ASSERT_EQ(observer.events.size(), 1U);
  EXPECT_EQ(observer.events[0].message,
            "fp16: a finite value above the format's largest became infinite; use bf16 (act_up)");
  EXPECT_EQ(observer.events[0].crossing, Crossing::act_up);

  const auto amaq = codecs::make_codec("amaq");  // names the crossing itself
  SendEndpoint widths(*amaq, context, DType::f32, observer);
  static_cast<void>(widths.send(rows_of(batch, at::kFloat), batch, descriptor_of(batch), 0));
  widths.learn(at::full({3, 16}, std::numeric_limits<float>::quiet_NaN()), batch);
  ASSERT_EQ(observer.events.size(), 2U);
  EXPECT_EQ(observer.events[1].message.find("amaq act_up: "), 0U);
  EXPECT_EQ(observer.events[1].message.find("(act_up)"), std::string::npos);
  EXPECT_EQ(observer.events[1].crossing, Crossing::act_up);
}

TEST(CrossingEndpoint, ARowSaysWhatItsCodingCosts) {
  RecordingObserver observer;
  const auto codec = codecs::make_codec("uniform:bits=4");
  SendEndpoint sender(*codec, context, DType::f32, observer);
  MicroBatch batch = batch_of({3});
  static_cast<void>(sender.send(rows_of(batch, at::kFloat), batch, descriptor_of(batch), 0));
  batch.plain = true;
  static_cast<void>(sender.send(rows_of(batch, at::kFloat), batch, descriptor_of(batch), 1));
  EXPECT_EQ(observer.sent[0].coding, CodingCost::quantised);
  EXPECT_EQ(observer.sent[1].coding, CodingCost::copied);
}

TEST(CrossingEndpoint, ADecoderThatThrowsLeavesItsStateAsBefore) {
  RecordingObserver observer;
  const auto codec = codecs::make_codec("amaq");
  SendEndpoint sender(*codec, context, DType::f32, observer);
  ReceiveEndpoint receiver(*codec, context, DType::f32);
  const MicroBatch batch = batch_of({12});
  const ByteVector bytes = sender.send(rows_of(batch, at::kFloat), batch, descriptor_of(batch), 0);
  wire::Frame frame = wire::decode_frame(bytes, limits);
  ByteVector before;
  ByteWriter writer(before);
  receiver.save(writer);
  const ByteSpan whole = frame.payload;
  frame.payload = whole.first(whole.size() - 1);
  EXPECT_THROW(static_cast<void>(receiver.receive(frame, batch)), Error);
  ByteVector after;
  ByteWriter again(after);
  receiver.save(again);
  EXPECT_EQ(after, before);
  frame.payload = whole;
  EXPECT_NO_THROW(static_cast<void>(receiver.receive(frame, batch)));
}

}  // namespace
}  // namespace cutlink::train
