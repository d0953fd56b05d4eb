#include "codecs/stages/zstd_stage.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include "codecs/round_trip.h"

namespace cutlink::codecs {
namespace {

TEST(ZstdStage, ReturnsWhatTheCodecInsideReturns) {
  const OwnedMatrix x = random_matrix(DType::f32, 60, 21, 4);
  for (const std::string spec : {"fp32", "bf16", "uniform:bits=3", "uniform:bits=2.5,per=token"}) {
    const Message plain = Ends(spec, context_of(Crossing::act_up, 21)).send(x.view());
    const Message staged = Ends(spec + "+zstd", context_of(Crossing::act_up, 21)).send(x.view());
    EXPECT_TRUE(same_bits(plain.back.view(), staged.back.view())) << spec;
  }
}

TEST(ZstdStage, CompressesWhatCanBe) {
  const OwnedMatrix zeros(DType::f32, 100, 50);
  const Message message = Ends("fp32+zstd", context_of(Crossing::act_up, 50)).send(zeros.view());
  EXPECT_LT(message.body.payload.size(), 100U);
  EXPECT_EQ(message.body.metadata, (ByteVector{0x20, 0x4e, 0, 0, 0, 0, 0, 0, 1}));  // 20 000 bytes, zstd
  EXPECT_TRUE(same_bits(message.back.view(), zeros.view()));
}

TEST(ZstdStage, StoresWhatCannot) {
  OwnedMatrix x(DType::bf16, 1, 2);
  x.mutable_view().set(0, 0, 1.0F);
  const Message message = Ends("bf16+zstd", context_of(Crossing::act_up, 2)).send(x.view());
  EXPECT_EQ(message.body.payload, (ByteVector{0x80, 0x3f, 0, 0}));
  EXPECT_EQ(message.body.metadata, (ByteVector{4, 0, 0, 0, 0, 0, 0, 0, 0}));
}

ByteVector trailer(std::uint64_t size, std::uint8_t method) {
  ByteVector bytes(9, method);
  std::memcpy(bytes.data(), &size, 8);
  return bytes;
}

ByteVector compressed(const ByteVector& bytes) {
  ByteVector out(ZSTD_compressBound(bytes.size()));
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

TEST(ZstdStage, BombsAndLiesAreRefused) {
  const auto decode = [](const ByteVector& metadata, const ByteVector& payload) {
    const Ends ends("fp32+zstd", context_of(Crossing::act_up, 4));
    OwnedMatrix out(DType::f32, 10, 4);
    ends.decoder->decode({metadata, payload}, {}, out.mutable_view());
  };
  const ByteVector frame = compressed(ByteVector(160));
  EXPECT_NO_THROW(decode(trailer(160, 1), frame));
  EXPECT_THROW(decode(trailer(161, 1), frame), Error);
  EXPECT_THROW(decode(trailer(160, 2), frame), Error);
  EXPECT_THROW(decode(trailer(frame.size() + 1, 0), frame), Error);
  const ByteVector bomb = compressed(ByteVector(50'000'000));
  EXPECT_THROW(decode(trailer(50'000'000, 1), bomb), Error);
  EXPECT_THROW(decode(trailer(160, 1), bomb), Error);
  EXPECT_THROW(decode(trailer(~std::uint64_t{0}, 1), frame), Error);
  ByteVector two = frame;
  ByteWriter(two).put_raw(frame.data(), frame.size());
  EXPECT_THROW(decode(trailer(160, 1), two), Error);
  ByteVector broken = compressed(ByteVector(160));
  broken.back() = static_cast<std::uint8_t>(broken.back() ^ 0xffU);
  try {
    decode(trailer(160, 1), broken);  // zeros survive some flips; what counts is no crash
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
  }
}

// 10 x 4 elements: nothing above what the codec inside can give is made room for.
TEST(ZstdStage, BelievesNoLengthThatTheShapeCannotTake) {
  const auto error_of = [](std::size_t bytes) -> std::string {
    const Ends ends("fp32+zstd", context_of(Crossing::act_up, 4));
    OwnedMatrix out(DType::f32, 10, 4);
    const ByteVector metadata = trailer(bytes, 1);
    const ByteVector payload = compressed(ByteVector(bytes));
    try {
      ends.decoder->decode({metadata, payload}, {}, out.mutable_view());
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(error_of(160), "accepted");
  EXPECT_EQ(error_of(159), "fp32 body: 0 + 159 bytes, expected 0 + 160");
  EXPECT_EQ(error_of(161), "zstd stage: 161 bytes announced, more than 10 x 4 elements can take");
}

}  // namespace
}  // namespace cutlink::codecs
