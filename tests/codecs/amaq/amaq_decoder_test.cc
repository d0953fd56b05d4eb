#include "codecs/amaq/amaq_decoder.h"

#include <gtest/gtest.h>

#include "codecs/amaq/amaq_encoder.h"
#include "codecs/amaq/amaq_test_data.h"

namespace cutlink::codecs::amaq {
namespace {

constexpr std::size_t N = 11;
constexpr std::size_t H = 7;

CodecContext context() { return {Crossing::act_up, H, N, 1, 0, 30}; }

AmaqParameters parameters(Per per) {
  AmaqParameters p;
  p.per = per;
  return p;
}

// A good body, its call, and a decoder that has seen one frame.
struct Fixture {
  explicit Fixture(Per per) : encoder(parameters(per), context()), decoder(parameters(per), context()) {
    encoder.encode(x.view(), training_call(0, positions), body);
    decode(decoder, body);
  }
  void decode(AmaqDecoder& with, const Body& what) {
    with.decode({what.metadata, what.payload}, training_call(0, positions), out.mutable_view());
  }
  // True where the body is refused as the peer's fault, and the table is as it was.
  bool refused(const Body& what) {
    const ByteVector before = saved(decoder);
    try {
      decode(decoder, what);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::peer);
      EXPECT_EQ(saved(decoder), before);
      return true;
    }
    return false;
  }

  std::vector<std::uint32_t> positions = positions_of({6, 5});
  TestMatrix x{N, H, DType::f32, 1};
  TestMatrix out{N, H, DType::f32, 2};
  Body body;
  AmaqEncoder encoder;
  AmaqDecoder decoder;
};

TEST(AmaqDecoder, RefusesEveryOtherLength) {
  for (const Per per : {Per::channel, Per::token}) {
    Fixture f(per);
    for (std::size_t length = 0; length < f.body.metadata.size(); ++length) {
      Body cut = f.body;
      cut.metadata.resize(length);
      EXPECT_TRUE(f.refused(cut)) << length;
    }
    for (std::size_t length = 0; length < f.body.payload.size(); ++length) {
      Body cut = f.body;
      cut.payload.resize(length);
      EXPECT_TRUE(f.refused(cut)) << length;
    }
    Body longer = f.body;
    longer.metadata.push_back(0);
    EXPECT_TRUE(f.refused(longer));
    longer = f.body;
    longer.payload.push_back(0);
    EXPECT_TRUE(f.refused(longer));
    EXPECT_FALSE(f.refused(f.body));
  }
}

TEST(AmaqDecoder, AnyChangedByteIsDecodedOrRefused) {
  for (const Per per : {Per::channel, Per::token}) {
    Fixture f(per);
    Rng rng(RngKey{.seed = 3});
    int refusals = 0;
    for (int i = 0; i < 5000; ++i) {
      Body changed = f.body;
      for (int k = 0; k < 1 + i % 4; ++k) {
        changed.metadata[rng.below(changed.metadata.size())] = static_cast<std::uint8_t>(rng.next_u32());
      }
      refusals += f.refused(changed) ? 1 : 0;
    }
    EXPECT_GT(refusals, 500);
  }
}

TEST(AmaqDecoder, NeedsATableFirst) {
  Fixture f(Per::channel);
  Body second;
  f.encoder.encode(f.x.view(), training_call(0, f.positions), second);
  AmaqDecoder fresh(parameters(Per::channel), context());
  EXPECT_THROW(f.decode(fresh, second), Error);
  EXPECT_FALSE(f.refused(second));
}

TEST(AmaqDecoder, RefusesPositionsBeyondTheLongestSequence) {
  Fixture f(Per::token);
  f.positions.back() = N;
  EXPECT_TRUE(f.refused(f.body));
}

TEST(AmaqDecoder, RefusesAStateThatDoesNotFit) {
  Fixture f(Per::channel);
  ByteVector bytes = saved(f.decoder);
  AmaqDecoder by_token(parameters(Per::token), context());
  EXPECT_THROW(restore_from(by_token, bytes), Error);
  bytes.back() = 9;
  EXPECT_THROW(restore_from(f.decoder, bytes), Error);
}

}  // namespace
}  // namespace cutlink::codecs::amaq
