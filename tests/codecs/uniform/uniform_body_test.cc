#include "codecs/uniform/uniform_body.h"

#include <gtest/gtest.h>

#include <limits>

#include "codecs/round_trip.h"

namespace cutlink::codecs {
namespace {

constexpr std::size_t channels = 19;

UniformPlan plan_of(Per per, GridRange range, bool stochastic, double bits) {
  UniformPlan plan;
  plan.context = context_of(Crossing::grad_up, channels);
  plan.bits.start = plan.bits.end = bits;
  plan.per = per;
  plan.group = 8;
  plan.stochastic = stochastic;
  plan.range = range;
  return plan;
}

std::vector<UniformPlan> all_plans() {
  std::vector<UniformPlan> plans;
  for (const Per per : {Per::channel, Per::token, Per::block}) {
    for (const GridRange range : {GridRange::minmax, GridRange::absmax}) {
      for (const bool stochastic : {false, true}) {
        for (const double bits : {2.0, 3.5, 8.0}) {
          plans.push_back(plan_of(per, range, stochastic, bits));
        }
      }
    }
  }
  return plans;
}

// One constant row, one of zeros, one with an infinity.
OwnedMatrix mixed_matrix(DType dtype, std::size_t rows) {
  OwnedMatrix x = random_matrix(dtype, rows, channels, rows);
  for (std::size_t c = 0; c < channels; ++c) {
    x.mutable_view().set(rows / 3, c, 1.5F);
    x.mutable_view().set(rows / 2, c, 0.0F);
  }
  x.mutable_view().set(rows - 1, 7, std::numeric_limits<float>::infinity());
  return x;
}

TEST(UniformBody, BytesAreThoseThatThePlanStates) {
  for (const UniformPlan& plan : all_plans()) {
    for (const std::size_t rows : {std::size_t{4}, std::size_t{33}, std::size_t{64}}) {
      for (const DType dtype : {DType::f32, DType::bf16}) {
        const OwnedMatrix x = mixed_matrix(dtype, rows);
        Body body;
        const BodyFacts facts = make_uniform_encoder(plan)->encode(x.view(), {}, body);
        const BodySize size = plan.body_size(facts);
        EXPECT_EQ(body.metadata.size(), size.metadata_bytes);
        EXPECT_EQ(body.payload.size(), size.payload_bytes);
        EXPECT_EQ(facts.rows, rows);
        EXPECT_EQ(facts.channels, channels);
        EXPECT_EQ(facts.zero_rows, plan.range == GridRange::absmax ? 1U : 0U);
      }
    }
  }
}

TEST(UniformBody, ErrorsStayBelowAStepOfTheGrid) {
  for (const UniformPlan& plan : all_plans()) {
    const OwnedMatrix x = mixed_matrix(DType::f32, 40);
    Body body;
    make_uniform_encoder(plan)->encode(x.view(), {}, body);
    OwnedMatrix back(DType::f32, 40, channels);
    make_uniform_decoder(plan)->decode({body.metadata, body.payload}, {}, back.mutable_view());
    // Of any column, whatever shares it: its range is at most the whole matrix's (bf16, rounded up).
    float largest = 0.0F;
    for (std::size_t r = 0; r + 1 < 40; ++r) {
      for (std::size_t c = 0; c < channels; ++c) {
        largest = std::max(largest, std::fabs(x.view().at(r, c)));
      }
    }
    const float widest = 2.0F * largest * (1.0F + 0x1p-7F);
    const float levels = std::floor(plan.bits.start) == 2.0
                             ? 2.0F
                             : std::exp2(std::floor(static_cast<float>(plan.bits.start))) - 2.0F;
    for (std::size_t r = 0; r + 1 < 40; ++r) {
      for (std::size_t c = 0; c < channels; ++c) {
        ASSERT_LE(std::fabs(x.view().at(r, c) - back.view().at(r, c)), widest / levels * 1.001F)
            << r << ' ' << c;
      }
    }
    EXPECT_EQ(back.view().at(39, 7), std::numeric_limits<float>::infinity());
    if (plan.range == GridRange::absmax) {
      EXPECT_EQ(back.view().at(20, 3), 0.0F);
    }
  }
}

TEST(UniformBody, OnlyWidthsPerChannelAreHandedOn) {
  for (const Per per : {Per::channel, Per::token, Per::block}) {
    const UniformPlan plan = plan_of(per, GridRange::minmax, false, 2.5);
    const auto encoder = make_uniform_encoder(plan);
    const auto decoder = make_uniform_decoder(plan);
    const OwnedMatrix x = random_matrix(DType::bf16, 6, channels, 1);
    Body body;
    encoder->encode(x.view(), {}, body);
    OwnedMatrix back(DType::bf16, 6, channels);
    decoder->decode({body.metadata, body.payload}, {}, back.mutable_view());
    EXPECT_EQ(encoder->widths().size(), per == Per::channel ? channels : 0U);
    EXPECT_TRUE(std::equal(encoder->widths().begin(), encoder->widths().end(), decoder->widths().begin(),
                           decoder->widths().end()));
  }
}

TEST(UniformBody, NothingFollowsWhereNoRowIsSent) {
  const UniformPlan plan = plan_of(Per::token, GridRange::absmax, true, 4.0);
  const auto refused = [&](const ByteVector& metadata, const ByteVector& payload) {
    OwnedMatrix out(DType::f32, 3, channels);
    try {
      make_uniform_decoder(plan)->decode({metadata, payload}, {}, out.mutable_view());
      return false;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::peer);
      return true;
    }
  };
  EXPECT_FALSE(refused({1, 0b111}, {}));
  EXPECT_TRUE(refused({1, 0b111}, {0}));
  EXPECT_TRUE(refused({1, 0b111, 0}, {}));
  EXPECT_TRUE(refused({1, 0b1111}, {}));  // a row beyond the last
  EXPECT_TRUE(refused({1, 0}, {}));       // a bitmap that names none
  EXPECT_TRUE(refused({2, 0b111}, {}));
  EXPECT_TRUE(refused({0}, {}));
}

}  // namespace
}  // namespace cutlink::codecs
