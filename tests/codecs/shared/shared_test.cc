#include "codecs/shared/shared.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "codecs/round_trip.h"

namespace cutlink::codecs {
namespace {

template <typename F>
std::string refusal(F f) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "accepted";
}

TEST(Shared, CodesAGradientWithTheWidthsOfItsActivation) {
  const OwnedMatrix x = random_matrix(DType::f32, 40, 12, 1);
  const Ends forward("uniform:bits=2.5", context_of(Crossing::act_up, 12));
  forward.send(x.view());
  const Ends back("shared", context_of(Crossing::grad_down, 12));
  EXPECT_TRUE(back.codec->shares_widths());
  back.encoder->use_widths(forward.encoder->widths());
  back.decoder->use_widths(forward.decoder->widths());
  const Message message = back.send(x.view());
  EXPECT_EQ(message.facts.mean_width, 2.5);
  EXPECT_EQ(message.facts.width_sum, 30U);
  EXPECT_LT(distortion(x.view(), message.back.view()), 0.1);
}

TEST(Shared, NeedsWidthsAndAGradient) {
  const OwnedMatrix x = random_matrix(DType::f32, 4, 3, 1);
  const Ends ends("shared", context_of(Crossing::grad_up, 3));
  Body body;
  EXPECT_THAT(refusal([&] { ends.encoder->encode(x.view(), {}, body); }),
              testing::HasSubstr("hands over no width"));
  ends.encoder->use_widths(std::vector<std::uint8_t>{4, 4});
  EXPECT_THAT(refusal([&] { ends.encoder->encode(x.view(), {}, body); }),
              testing::HasSubstr("hands over no width"));
  EXPECT_THAT(refusal([&] {
                static_cast<void>(make_codec("shared")->make_encoder(context_of(Crossing::act_up, 3)));
              }),
              testing::HasSubstr("codes gradients"));
}

// A peer may send a gradient before any activation: its fault, not a scenario's.
TEST(Shared, AFrameBeforeAnyWidthsIsThePeersFault) {
  const Ends ends("shared", context_of(Crossing::grad_up, 3));
  OwnedMatrix out(DType::f32, 4, 3);
  try {
    ends.decoder->decode({}, {}, out.mutable_view());
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
  }
}

}  // namespace
}  // namespace cutlink::codecs
