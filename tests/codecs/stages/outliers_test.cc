#include "codecs/stages/outliers.h"

#include <gtest/gtest.h>

#include <limits>

#include "codecs/round_trip.h"

namespace cutlink::codecs {
namespace {

// Keeps what it was called with; its body is its matrix.
class Probe : public Encoder {
 public:
  BodyFacts encode(MatrixView x, const CallInfo& call, Body& body) override {
    body.clear();
    ByteWriter(body.metadata).put(std::uint16_t{0xbbaa});
    ByteWriter(body.payload).put_raw(x.data, x.elements() * size_of(x.dtype));
    positions.assign(call.positions.begin(), call.positions.end());
    return {.rows = x.rows, .channels = x.cols, .dtype = x.dtype};
  }
  bool learns() const override { return true; }
  void learn(MatrixView gradient) override {
    learnt.clear();
    for (std::size_t r = 0; r < gradient.rows; ++r) {
      learnt.push_back(gradient.at(r, 0));
    }
  }
  void save(ByteWriter& out) const override { out.put<std::uint8_t>(77); }
  void restore(ByteReader& in) override { restored = in.get<std::uint8_t>(); }

  std::vector<std::uint32_t> positions;
  std::vector<float> learnt;
  std::uint8_t restored = 0;
};

class ProbeDecoder : public Decoder {
 public:
  void decode(BodyView body, const CallInfo& call, MutableMatrixView out) override {
    positions.assign(call.positions.begin(), call.positions.end());
    metadata.assign(body.metadata.begin(), body.metadata.end());
    ASSERT_EQ(body.payload.size(), out.elements() * size_of(out.dtype));
    std::memcpy(out.data, body.payload.data(), body.payload.size());
  }
  std::vector<std::uint32_t> positions;
  ByteVector metadata;
};

struct Stage {
  Stage() {
    auto inner_encoder = std::make_unique<Probe>();
    auto inner_decoder = std::make_unique<ProbeDecoder>();
    probe = inner_encoder.get();
    probe_decoder = inner_decoder.get();
    encoder = with_outliers(std::move(inner_encoder), 4.0);
    decoder = with_outliers(std::move(inner_decoder));
  }
  Probe* probe;
  ProbeDecoder* probe_decoder;
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<Decoder> decoder;
};

OwnedMatrix with_massive_row(std::size_t rows, std::size_t at) {
  OwnedMatrix x = random_matrix(DType::f32, rows, 6, 4);
  for (std::size_t c = 0; c < 6; ++c) {
    x.mutable_view().set(at, c, 1000.0F + static_cast<float>(c) * 0.125F);
  }
  return x;
}

TEST(Outliers, TheCodecInsideNeverSeesThem) {
  Stage stage;
  const OwnedMatrix x = with_massive_row(5, 1);
  const std::vector<std::uint32_t> positions = {10, 11, 12, 13, 14};
  CallInfo call;
  call.positions = positions;
  Body body;
  const BodyFacts facts = stage.encoder->encode(x.view(), call, body);
  EXPECT_EQ(facts.rows, 5U);
  EXPECT_EQ(facts.escaped_rows, 1U);
  EXPECT_EQ(stage.probe->positions, (std::vector<std::uint32_t>{10, 12, 13, 14}));
  EXPECT_EQ(body.payload.size(), 4U * 6U * 4U);
  EXPECT_EQ(body.outlier_bytes, outlier_section_bytes(1, 6));
  ASSERT_EQ(body.metadata.size(), body.outlier_bytes + 2);
  const ByteVector head(body.metadata.begin(), body.metadata.begin() + 10);
  EXPECT_EQ(head, (ByteVector{1, 0, 0, 0, 1, 0, 0, 0, 0x7a, 0x44}));  // one row, row 1, bf16 1000 = 447a

  OwnedMatrix back(DType::f32, 5, 6);
  stage.decoder->decode({body.metadata, body.payload}, call, back.mutable_view());
  EXPECT_EQ(stage.probe_decoder->positions, stage.probe->positions);
  EXPECT_EQ(stage.probe_decoder->metadata, (ByteVector{0xaa, 0xbb}));
  for (std::size_t r = 0; r < 5; ++r) {
    for (std::size_t c = 0; c < 6; ++c) {
      const float expected = x.view().at(r, c);
      EXPECT_EQ(back.view().at(r, c), r == 1 ? bf16_to_f32(f32_to_bf16(expected)) : expected);
    }
  }
  stage.encoder->learn(x.view());
  EXPECT_EQ(stage.probe->learnt,
            (std::vector<float>{x.view().at(0, 0), x.view().at(2, 0), x.view().at(3, 0), x.view().at(4, 0)}));
}

TEST(Outliers, WithoutAnyTheSectionIsACount) {
  Stage stage;
  const OwnedMatrix x = random_matrix(DType::bf16, 9, 6, 4);
  Body body;
  EXPECT_EQ(stage.encoder->encode(x.view(), {}, body).escaped_rows, 0U);
  EXPECT_EQ(body.metadata, (ByteVector{0, 0, 0, 0, 0xaa, 0xbb}));
  EXPECT_EQ(body.outlier_bytes, 4U);
}

// The probe sends fp32: a row costs 24 bytes, an outlier row 4 + 2·6 and the section 4 more; 2 bytes follow.
// Share of one outlier row: 20/(20 + 24·(rows − 1) + 2); of 4 rows 0.213, of 5 rows 0.169.
void send_training(Stage& stage, std::size_t rows, int messages) {
  Body body;
  CallInfo call;
  call.step = 3;
  for (int i = 0; i < messages; ++i) {
    stage.encoder->encode(with_massive_row(rows, 1).view(), call, body);
  }
}

TEST(Outliers, WarnsOnceWhereTheirBytesAreAFifthOfManyMessages) {
  Stage stage;
  send_training(stage, 4, 31);
  EXPECT_TRUE(stage.encoder->take_events().empty());
  send_training(stage, 4, 1);
  const std::vector<Event> events = stage.encoder->take_events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "outlier_rows");
  EXPECT_TRUE(events[0].warning);
  EXPECT_EQ(events[0].step, 3U);
  EXPECT_EQ(
      events[0].message,
      "outlier rows are 21.3 % of the bytes of 32 messages (threshold 20 %): 25.0 % of the rows exceed 4 x "
      "the median RMS; raise outlier_threshold or set outliers=off");
  send_training(stage, 4, 64);
  EXPECT_TRUE(stage.encoder->take_events().empty());
}

TEST(Outliers, AFewBatchesOrFewerBytesAreNoReasonToWarn) {
  Stage below;
  send_training(below, 5, 64);
  EXPECT_TRUE(below.encoder->take_events().empty());
  Stage at_first;
  send_training(at_first, 3, 8);  // 0.286
  send_training(at_first, 40, 56);
  EXPECT_TRUE(at_first.encoder->take_events().empty());
  Stage evaluated;
  Body body;
  CallInfo call;
  call.phase = Phase::eval;
  for (int i = 0; i < 64; ++i) {
    evaluated.encoder->encode(with_massive_row(3, 1).view(), call, body);
  }
  EXPECT_TRUE(evaluated.encoder->take_events().empty());
}

TEST(Outliers, SaysWhenBf16CannotHoldAFiniteValue) {
  Stage stage;
  OwnedMatrix x = with_massive_row(40, 2);
  x.mutable_view().set(2, 3, 3.4e38F);
  Body body;
  EXPECT_TRUE(stage.encoder->encode(x.view(), {}, body).overflow);
  const std::vector<Event> events = stage.encoder->take_events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "outlier_overflow");
}

TEST(Outliers, ImpossibleSectionsAreRefused) {
  const auto section = [](std::uint32_t count, const std::vector<std::uint32_t>& rows) {
    ByteVector bytes;
    ByteWriter out(bytes);
    out.put(count);
    for (const std::uint32_t r : rows) {
      out.put(r);
    }
    bytes.resize(bytes.size() + 2 * 6 * rows.size());
    return bytes;
  };
  for (const ByteVector& metadata :
       {section(4, {0, 1, 2, 3}), section(2, {2, 1}), section(2, {1, 1}), section(1, {4}), section(2, {1}),
        section(0xffffffffU, {1}), ByteVector{0, 0, 0}}) {
    Stage stage;
    OwnedMatrix out(DType::f32, 4, 6);
    const ByteVector payload(3 * 6 * 4);
    EXPECT_THROW(stage.decoder->decode({metadata, payload}, {}, out.mutable_view()), Error);
  }
}

TEST(Outliers, StateHoldsTheCodecsInside) {
  Stage stage;
  ByteVector bytes;
  ByteWriter out(bytes);
  stage.encoder->save(out);
  ByteReader in(bytes, "test");
  stage.encoder->restore(in);
  EXPECT_EQ(stage.probe->restored, 77);
  in.expect_end();
}

TEST(Outliers, AResumedRunWarnsAsTheUninterruptedOne) {
  for (const int before : {10, 40}) {
    Stage first;
    send_training(first, 4, before);
    ByteVector bytes;
    ByteWriter out(bytes);
    first.encoder->save(out);
    Stage second;
    ByteReader in(bytes, "test");
    second.encoder->restore(in);
    send_training(second, 4, 32 - 10);
    EXPECT_EQ(second.encoder->take_events().size(), before == 10 ? 1U : 0U);
  }
}

TEST(Outliers, OptionsFollowTheCrossing) {
  const auto options = [](const char* spec) {
    return parse_parameters<OutlierOptions>(SpecParams(spec, spec));
  };
  EXPECT_TRUE(options("u").on(Crossing::act_up));
  EXPECT_FALSE(options("u").on(Crossing::grad_down));
  EXPECT_FALSE(options("u:outliers=off").on(Crossing::act_up));
  const OutlierOptions on = options("u:outliers=on,outlier_threshold=6");
  EXPECT_TRUE(on.on(Crossing::grad_down));
  EXPECT_EQ(canonical_spec("u", on), "u:outliers=on,outlier_threshold=6");
}

// The point of it all: one massive row no longer ruins the ranges of the others.
TEST(Outliers, OneMassiveRowDoesNotRuinTheOthers) {
  const OwnedMatrix x = with_massive_row(100, 7);
  const auto error_of_others = [&](const std::string& spec) {
    const Message message = Ends(spec, context_of(Crossing::act_up, 6)).send(x.view());
    double error = 0.0;
    for (std::size_t r = 0; r < 100; ++r) {
      const double d = r == 7 ? 0.0 : static_cast<double>(x.view().at(r, 0)) - message.back.view().at(r, 0);
      error += d * d;
    }
    return error;
  };
  EXPECT_LT(1000.0 * error_of_others("uniform:bits=4"), error_of_others("uniform:bits=4,outliers=off"));
}

}  // namespace
}  // namespace cutlink::codecs
