#include "codecs/amaq/amaq.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "codecs/amaq/amaq_test_data.h"

namespace cutlink::codecs::amaq {
namespace {

std::unique_ptr<Codec> codec_of(const std::string& spec) { return make_amaq(SpecParams(spec, spec)); }

std::vector<std::uint32_t> rows_in_sequences(std::size_t rows) {
  return positions_of({static_cast<std::uint32_t>(rows - rows / 3), static_cast<std::uint32_t>(rows / 3)});
}

// Encodes a matrix with an outlier row and a raw channel where asked, and compares the body with body_size().
void expect_size(const std::string& spec, std::size_t rows, std::size_t channels, DType dtype, bool hostile) {
  const auto codec = codec_of(spec);
  const CodecContext context{Crossing::act_down, channels, 100, 1, 0, 30};
  const auto encoder = codec->make_encoder(context);
  const auto decoder = codec->make_decoder(context);
  TestMatrix x(rows, channels, dtype, rows * 1000 + channels);
  if (hostile && rows > 3) {
    x.set(1, channels / 2, std::ldexp(1.0F, 127));  // an outlier row; without the stage, a raw channel or row
  }
  const std::vector<std::uint32_t> positions = rows_in_sequences(rows);
  Body body;
  for (std::uint32_t step = 0; step < 2; ++step) {  // with and without a table
    const BodyFacts facts = encoder->encode(x.view(), training_call(step, positions), body);
    const BodySize size = codec->body_size(facts, context);
    const std::string what = spec + " " + std::to_string(rows) + " x " + std::to_string(channels);
    ASSERT_TRUE(size.exact);
    ASSERT_EQ(size.outlier_bytes, body.outlier_bytes) << what;
    ASSERT_EQ(size.metadata_bytes + size.outlier_bytes, body.metadata.size()) << what;
    ASSERT_EQ(size.payload_bytes, body.payload.size()) << what;
    ASSERT_EQ(facts.rows, rows);
    ASSERT_EQ(facts.channels, channels);
    TestMatrix out(rows, channels, dtype, 0);
    decoder->decode({body.metadata, body.payload}, training_call(step, positions), out.mutable_view());
  }
}

TEST(Amaq, BodySizeIsExact) {
  for (const std::string spec : {"amaq", "amaq:outliers=off", "amaq:per=token", "amaq:per=token,outliers=off",
                                 "amaq:start=2.5,target=2.5", "amaq:sensitivity=fisher"}) {
    for (const std::size_t rows : {1U, 2U, 7U, 8U, 9U, 31U, 32U, 33U, 100U}) {
      for (const std::size_t channels : {1U, 2U, 33U, 70U}) {
        expect_size(spec, rows, channels, DType::f32, false);
        expect_size(spec, rows, channels, DType::bf16, true);
        expect_size(spec, rows, channels, DType::f32, true);
      }
    }
  }
}

TEST(Amaq, ExpectedFactsAreThoseOfAFrame) {
  for (const std::string spec : {"amaq:target=3,steps=4", "amaq:target=3,steps=4,per=token"}) {
    const auto codec = codec_of(spec);
    const CodecContext context{Crossing::act_up, 33, 100, 1, 0, 30};
    const auto encoder = codec->make_encoder(context);
    const std::vector<std::uint32_t> positions = positions_of({20, 20});
    Body body;
    for (std::uint32_t step = 0; step < 6; ++step) {
      const TestMatrix x(40, 33, DType::f32, step);
      const BodyFacts facts = encoder->encode(x.view(), training_call(step, positions), body);
      const BodyFacts expected = codec->expected_facts({40, {}}, step, context);
      EXPECT_NEAR(static_cast<double>(facts.width_sum), static_cast<double>(expected.width_sum), 1.0) << step;
      EXPECT_NEAR(facts.mean_width, expected.mean_width, 0.03) << step;
      encoder->learn(TestMatrix(40, 33, DType::f32, step + 50).view());
    }
    EXPECT_EQ(codec->hold_begins(context), 4U);
  }
}

TEST(Amaq, ErrorStaysWithinHalfACell) {
  const auto codec = codec_of("amaq:start=5,target=5,outliers=off");
  const CodecContext context{Crossing::act_up, 16, 100, 1, 0, 30};
  const TestMatrix x(64, 16, DType::f32, 1);
  TestMatrix out(64, 16, DType::f32, 2);
  Body body;
  codec->make_encoder(context)->encode(x.view(), training_call(0, {}), body);
  codec->make_decoder(context)->decode({body.metadata, body.payload}, training_call(0, {}),
                                       out.mutable_view());
  for (std::size_t c = 0; c < 16; ++c) {
    float low = x.at(0, c);
    float high = low;
    for (std::size_t r = 0; r < 64; ++r) {
      low = std::min(low, x.at(r, c));
      high = std::max(high, x.at(r, c));
    }
    const float step = (high - low) * (1.0F + 0x1p-7F) / 32.0F;  // the range is rounded up to bf16
    for (std::size_t r = 0; r < 64; ++r) {
      EXPECT_LE(std::abs(x.at(r, c) - out.at(r, c)), step / 2.0F * 1.0001F);
    }
  }
}

TEST(Amaq, CodesActivationsOnly) {
  const auto codec = codec_of("amaq");
  for (const Crossing crossing : {Crossing::grad_up, Crossing::grad_down}) {
    const CodecContext context{crossing, 16, 100, 1, 0, 30};
    EXPECT_THROW(static_cast<void>(codec->make_encoder(context)), Error);
    EXPECT_THROW(static_cast<void>(codec->make_decoder(context)), Error);
  }
  const CodecContext no_length{Crossing::act_up, 16, 0, 1, 0, 30};
  EXPECT_THROW(static_cast<void>(codec_of("amaq:per=token")->make_encoder(no_length)), Error);
}

TEST(Amaq, KnowsWhereItQuantises) {
  EXPECT_FALSE(codec_of("amaq")->exact_for(DType::bf16));
  EXPECT_EQ(codec_of("amaq:target=3,where=all")->spec(), "amaq:target=3,where=all");
  EXPECT_EQ(amaq_info().name, "amaq");
}

}  // namespace
}  // namespace cutlink::codecs::amaq
