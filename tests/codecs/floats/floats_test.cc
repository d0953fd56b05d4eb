#include "codecs/floats/floats.h"

#include <gtest/gtest.h>

#include <limits>

#include "codecs/round_trip.h"

namespace cutlink::codecs {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

OwnedMatrix hostile_values(DType dtype) {
  const float values[] = {0.0F,       -0.0F,   1.0F, -1.5F, 0x1p-149F,
                          -0x1p-130F, 3.3e38F, inf,  -inf,  std::numeric_limits<float>::quiet_NaN()};
  OwnedMatrix x(dtype, 2, 5);
  for (std::size_t i = 0; i < 10; ++i) {
    x.mutable_view().set(i / 5, i % 5, values[i]);
  }
  return x;
}

TEST(Floats, ExactFormatsReturnEveryBit) {
  const std::pair<const char*, DType> exact[] = {
      {"fp32", DType::f32}, {"fp32", DType::bf16}, {"bf16", DType::bf16}};
  for (const auto& [spec, dtype] : exact) {
    const Ends ends(spec, context_of(Crossing::act_up, 5));
    EXPECT_TRUE(ends.codec->exact_for(dtype));
    const OwnedMatrix x = hostile_values(dtype);
    const Message message = ends.send(x.view());
    EXPECT_TRUE(same_bits(x.view(), message.back.view())) << spec;
    EXPECT_FALSE(message.facts.overflow);
  }
  EXPECT_FALSE(make_codec("bf16")->exact_for(DType::f32));
  EXPECT_FALSE(make_codec("fp16")->exact_for(DType::f32));
  EXPECT_FALSE(make_codec("fp16")->exact_for(DType::bf16));
}

TEST(Floats, ErrorsStayWithinTheStatedBounds) {
  const OwnedMatrix x = random_matrix(DType::f32, 40, 17, 3);
  for (const auto& [spec, relative] : {std::pair{"bf16", 0x1p-8}, std::pair{"fp16", 0x1p-11}}) {
    const Message message = Ends(spec, context_of(Crossing::act_up, 17)).send(x.view());
    EXPECT_EQ(message.facts.mean_width, 16.0);
    for (std::size_t r = 0; r < 40; ++r) {
      for (std::size_t c = 0; c < 17; ++c) {
        const double value = x.view().at(r, c);
        EXPECT_LE(std::fabs(value - message.back.view().at(r, c)),
                  std::max(relative * std::fabs(value), 0x1p-25));
      }
    }
  }
}

TEST(Floats, Fp16SaysWhenAFiniteValueBecameInfinite) {
  Ends ends("fp16", context_of(Crossing::act_up, 2));
  OwnedMatrix x(DType::f32, 1, 2);
  x.mutable_view().set(0, 0, 65519.0F);
  x.mutable_view().set(0, 1, inf);  // was infinite before: not an overflow
  EXPECT_FALSE(ends.send(x.view()).facts.overflow);
  EXPECT_TRUE(ends.encoder->take_events().empty());
  x.mutable_view().set(0, 0, -65520.0F);
  CallInfo call;
  call.step = 9;
  const Message message = ends.send(x.view(), call);
  EXPECT_TRUE(message.facts.overflow);
  EXPECT_EQ(message.back.view().at(0, 0), -inf);
  ends.send(x.view(), call);
  const std::vector<Event> events = ends.encoder->take_events();  // once, not once a frame
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "float_overflow");
  EXPECT_TRUE(events[0].warning);
  EXPECT_EQ(events[0].step, 9U);
}

TEST(Floats, BytesByHand) {
  OwnedMatrix x(DType::f32, 1, 2);
  x.mutable_view().set(0, 0, 1.0F);
  x.mutable_view().set(0, 1, -2.0F);
  const CodecContext context = context_of(Crossing::act_up, 2);
  EXPECT_EQ(Ends("fp32", context).send(x.view()).body.payload, (ByteVector{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}));
  EXPECT_EQ(Ends("bf16", context).send(x.view()).body.payload, (ByteVector{0x80, 0x3f, 0, 0xc0}));
  EXPECT_EQ(Ends("fp16", context).send(x.view()).body.payload, (ByteVector{0, 0x3c, 0, 0xc0}));
}

}  // namespace
}  // namespace cutlink::codecs
