#include "codecs/uniform/uniform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"
#include "codecs/round_trip.h"

namespace cutlink::codecs {
namespace {

double distortion_of(const std::string& spec, Crossing crossing, MatrixView x) {
  return distortion(x, Ends(spec, context_of(crossing, x.cols)).send(x).back.view());
}

TEST(Uniform, AnotherBitQuartersTheError) {
  const OwnedMatrix x = random_matrix(DType::f32, 256, 33, 5);
  for (const char* rest :
       {",per=channel", ",per=token", ",per=block,group=11", ",range=absmax", ",round=stochastic"}) {
    double before = distortion_of(std::string("uniform:bits=5") + rest, Crossing::act_up, x.view());
    for (const char* bits : {"6", "7", "8"}) {
      const double now =
          distortion_of("uniform:bits=" + std::string(bits) + rest, Crossing::act_up, x.view());
      EXPECT_NEAR(before / now, 4.0, 0.8) << rest << ' ' << bits;
      before = now;
    }
  }
}

TEST(Uniform, DefaultsFollowTheCrossing) {
  OwnedMatrix x = random_matrix(DType::f32, 20, 9, 5);
  for (std::size_t c = 0; c < 9; ++c) {
    x.mutable_view().set(3, c, 300.0F);
    x.mutable_view().set(5, c, 0.0F);
  }
  const Message activation = Ends("uniform:bits=4", context_of(Crossing::act_down, 9)).send(x.view());
  EXPECT_EQ(activation.facts.escaped_rows, 1U);
  EXPECT_EQ(activation.facts.zero_rows, 0U);
  const Message gradient = Ends("uniform:bits=4", context_of(Crossing::grad_down, 9)).send(x.view());
  EXPECT_EQ(gradient.facts.escaped_rows, 0U);
  EXPECT_EQ(gradient.body.outlier_bytes, 0U);
  EXPECT_EQ(gradient.facts.zero_rows, 1U);
  for (std::size_t c = 0; c < 9; ++c) {
    EXPECT_EQ(gradient.back.view().at(5, c), 0.0F);
  }
}

TEST(Uniform, OneBitHasNoSymmetricGrid) {
  const auto codec = make_codec("uniform:bits=1");
  EXPECT_NO_THROW(static_cast<void>(codec->make_encoder(context_of(Crossing::act_up, 4))));
  try {
    static_cast<void>(codec->make_encoder(context_of(Crossing::grad_up, 4)));
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), testing::HasSubstr("write range=minmax"));
  }
}

TEST(Uniform, BitsFallWithTheStep) {
  const Ends ends("uniform:bits=8-4,per=token,round=stochastic", context_of(Crossing::grad_up, 16));
  const OwnedMatrix x = random_matrix(DType::f32, 40, 16, 5);
  EXPECT_EQ(ends.codec->hold_begins(ends.context), 10U);  // a third of 30
  for (std::uint32_t step = 0; step < 15; ++step) {
    CallInfo call;
    call.step = step;
    const double bits = step >= 10 ? 4.0 : 8.0 - 0.4 * step;
    const Message message = ends.send(x.view(), call);
    EXPECT_NEAR(message.facts.mean_width, bits, 0.5 / 40 + 1e-9);
    EXPECT_EQ(message.facts.width_sum, ends.codec->expected_facts({40, {}}, step, ends.context).width_sum);
  }
}

TEST(Uniform, NoiseIsKeyedNotRepeated) {
  const OwnedMatrix x = random_matrix(DType::f32, 40, 16, 5);
  const std::string spec = "uniform:bits=4,per=token,round=stochastic";
  const auto payload = [&](const CodecContext& context, const CallInfo& call) {
    return Ends(spec, context).send(x.view(), call).body.payload;
  };
  const CodecContext context = context_of(Crossing::grad_up, 16);
  const CallInfo call;
  const ByteVector reference = payload(context, call);
  EXPECT_EQ(payload(context, call), reference);  // encoding again gives the same bytes
  CallInfo other = call;
  other.step = 1;
  EXPECT_NE(payload(context, other), reference);
  other = call;
  other.micro_batch = 1;
  EXPECT_NE(payload(context, other), reference);
  other = call;
  other.phase = Phase::eval;
  EXPECT_NE(payload(context, other), reference);
  CodecContext elsewhere = context;
  elsewhere.seed = 8;
  EXPECT_NE(payload(elsewhere, call), reference);
  elsewhere = context;
  elsewhere.client = 1;
  EXPECT_NE(payload(elsewhere, call), reference);
  elsewhere = context;
  elsewhere.crossing = Crossing::grad_down;
  EXPECT_NE(payload(elsewhere, call), reference);
}

TEST(Uniform, WidthsPerChannelCanBeShared) {
  const Ends ends("uniform:bits=2.5", context_of(Crossing::act_up, 10));
  ends.send(random_matrix(DType::f32, 8, 10, 1).view());
  EXPECT_EQ(ends.encoder->widths().size(), 10U);
  EXPECT_TRUE(std::equal(ends.encoder->widths().begin(), ends.encoder->widths().end(),
                         ends.decoder->widths().begin(), ends.decoder->widths().end()));
  const Ends by_token("uniform:bits=4,per=token", context_of(Crossing::act_up, 10));
  by_token.send(random_matrix(DType::f32, 8, 10, 1).view());
  EXPECT_TRUE(by_token.encoder->widths().empty());
}

TEST(Uniform, NonFiniteGradientsStayVisible) {
  for (const char* per : {"channel", "token", "block,group=8"}) {
    OwnedMatrix x = random_matrix(DType::f32, 12, 17, 5);
    x.mutable_view().set(4, 6, std::numeric_limits<float>::infinity());
    const Message message =
        Ends(std::string("uniform:bits=4,per=") + per, context_of(Crossing::grad_up, 17)).send(x.view());
    EXPECT_EQ(message.facts.passthrough_channels, 1U);
    EXPECT_EQ(message.back.view().at(4, 6), std::numeric_limits<float>::infinity());
    EXPECT_TRUE(std::isfinite(message.back.view().at(5, 7)));
  }
}

TEST(Uniform, NothingButZeros) {
  const OwnedMatrix zeros(DType::f32, 6, 5);
  for (const char* per : {"channel", "token", "block,group=8"}) {
    const Message message =
        Ends(std::string("uniform:bits=4,per=") + per, context_of(Crossing::grad_up, 5)).send(zeros.view());
    EXPECT_EQ(message.body.metadata, (ByteVector{1, 0b111111}));
    EXPECT_TRUE(message.body.payload.empty());
    EXPECT_TRUE(same_bits(message.back.view(), zeros.view()));
  }
}

}  // namespace
}  // namespace cutlink::codecs
