// Bodies from a hostile peer: truncated, stretched, overwritten, random. Every decoder either refuses with
// Error(peer) or fills its matrix; sanitizers watch for anything else.
#include <gtest/gtest.h>

#include <limits>

#include "codecs/round_trip.h"

namespace cutlink::codecs {
namespace {

struct Case {
  const char* spec;
  Crossing crossing;
  DType dtype = DType::bf16;
};

constexpr Case cases[] = {
    {"fp32", Crossing::act_up},
    {"fp16", Crossing::act_up},
    {"uniform:bits=4", Crossing::act_up},
    {"uniform:bits=2.5,per=token", Crossing::act_down},
    {"uniform:bits=3,per=block,group=8,outliers=off", Crossing::act_up},
    {"uniform:bits=8-4,per=token,round=stochastic", Crossing::grad_up},
    {"uniform:bits=5,round=stochastic,range=minmax", Crossing::grad_down},
    {"uniform:bits=4+zstd", Crossing::act_up},
    {"shared", Crossing::grad_up},
    {"amaq", Crossing::act_up},
    {"amaq:per=token", Crossing::act_down},
    {"fp32", Crossing::grad_up, DType::f32},
    {"uniform:bits=3", Crossing::grad_down, DType::f32},
    {"uniform:bits=8-4,per=token,round=stochastic", Crossing::grad_up, DType::f32},
    {"uniform:bits=3,per=block,group=9,range=absmax+zstd", Crossing::act_up, DType::f32},
    {"amaq+zstd", Crossing::act_up, DType::f32},
    {"amaq:per=token,b_min=1,b_max=5,start=4", Crossing::act_up, DType::f32},
};

constexpr std::size_t rows = 37;
constexpr std::size_t channels = 11;

class HostileBody : public testing::TestWithParam<Case> {
 protected:
  HostileBody() : positions_(rows, 2) {
    const CodecContext context = context_of(GetParam().crossing, channels);
    codec_ = make_codec(GetParam().spec);
    OwnedMatrix x = random_matrix(GetParam().dtype, rows, channels, 3);
    for (std::size_t c = 0; c < channels; ++c) {
      x.mutable_view().set(4, c, 500.0F);
      x.mutable_view().set(6, c, 0.0F);
    }
    const auto encoder = codec_->make_encoder(context);
    encoder->use_widths(widths_);
    call_.positions = positions_;
    encoder->encode(x.view(), call_, good_);
  }

  // True where the body was accepted: then no element of `out` is as it was before. A fresh decoder, as a
  // peer's first frame would meet.
  bool accepts(const Body& body) {
    OwnedMatrix first = filled_with(0x5a);
    OwnedMatrix second = filled_with(0xa5);
    const bool accepted = decodes(body, first);
    EXPECT_EQ(decodes(body, second), accepted);
    EXPECT_TRUE(!accepted || same_bits(first.view(), second.view()));
    return accepted;
  }

  static OwnedMatrix filled_with(int byte, std::size_t of_rows = rows) {
    OwnedMatrix matrix(GetParam().dtype, of_rows, channels);
    std::memset(matrix.mutable_view().data, byte, matrix.view().elements() * size_of(GetParam().dtype));
    return matrix;
  }

  bool decodes(const Body& body, OwnedMatrix& out) {
    const auto decoder = codec_->make_decoder(context_of(GetParam().crossing, channels));
    decoder->use_widths(widths_);
    try {
      decoder->decode({body.metadata, body.payload}, call_, out.mutable_view());
      return true;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::peer) << error.what();
      return false;
    }
  }

  std::vector<std::uint32_t> positions_;
  std::vector<std::uint8_t> widths_ = std::vector<std::uint8_t>(channels, 3);
  CallInfo call_;
  std::unique_ptr<Codec> codec_;
  Body good_;
};

TEST_P(HostileBody, TheUntouchedBodyIsAccepted) { EXPECT_TRUE(accepts(good_)); }

TEST_P(HostileBody, EveryTruncationIsRefused) {
  for (std::size_t keep = 0; keep < good_.metadata.size(); ++keep) {
    Body cut = good_;
    cut.metadata.resize(keep);
    EXPECT_FALSE(accepts(cut)) << "metadata " << keep;
  }
  for (std::size_t keep = 0; keep < good_.payload.size(); ++keep) {
    Body cut = good_;
    cut.payload.resize(keep);
    EXPECT_FALSE(accepts(cut)) << "payload " << keep;
  }
}

TEST_P(HostileBody, ExtraBytesAreRefused) {
  Body longer = good_;
  longer.metadata.push_back(0);
  EXPECT_FALSE(accepts(longer));
  longer = good_;
  longer.payload.push_back(0);
  EXPECT_FALSE(accepts(longer));
}

TEST_P(HostileBody, OverwrittenBytesNeverCrash) {
  Rng rng(RngKey{.seed = 1});
  for (int round = 0; round < 3000; ++round) {
    Body body = good_;
    ByteVector& part = round % 4 != 0 && !body.metadata.empty() ? body.metadata : body.payload;
    for (std::uint64_t edits = 1 + rng.below(3); edits > 0; --edits) {
      part[rng.below(part.size())] = static_cast<std::uint8_t>(rng.next_u32());
    }
    accepts(body);
  }
}

TEST_P(HostileBody, RandomBytesNeverCrash) {
  Rng rng(RngKey{.seed = 2});
  for (int round = 0; round < 3000; ++round) {
    Body body;
    body.metadata.resize(rng.below(2) == 0 ? good_.metadata.size() : rng.below(200));
    body.payload.resize(rng.below(2) == 0 ? good_.payload.size() : rng.below(600));
    for (ByteVector* part : {&body.metadata, &body.payload}) {
      for (std::uint8_t& byte : *part) {
        byte = static_cast<std::uint8_t>(rng.next_u32() & (rng.below(3) == 0 ? 0xffU : 0x03U));
      }
    }
    accepts(body);
  }
}

// A body fits the rows it was made for; a row more or less may share its size and is then a matrix of that
// shape.
TEST_P(HostileBody, AnotherShapeThanTheBodysIsHandled) {
  for (const std::size_t other : {std::size_t{1}, std::size_t{8}, rows - 1, rows + 1, 8 * rows}) {
    const std::vector<std::uint32_t> positions(other, 2);
    call_.positions = positions;
    OwnedMatrix first = filled_with(0x5a, other);
    OwnedMatrix second = filled_with(0xa5, other);
    const bool accepted = decodes(good_, first);
    EXPECT_FALSE(accepted && (other < rows - 1 || other > rows + 1)) << other << " rows";
    EXPECT_EQ(decodes(good_, second), accepted);
    EXPECT_TRUE(!accepted || same_bits(first.view(), second.view())) << other << " rows";
  }
}

// Two frames of one decoder: what the second may rely on, the first has left in order.
TEST_P(HostileBody, ARefusedFrameDoesNotSpoilTheNext) {
  const auto decoder = codec_->make_decoder(context_of(GetParam().crossing, channels));
  decoder->use_widths(widths_);
  OwnedMatrix expected = filled_with(0);
  ASSERT_TRUE(decodes(good_, expected));
  Rng rng(RngKey{.seed = 3});
  for (int round = 0; round < 200; ++round) {
    Body body = good_;
    ByteVector& part = body.metadata.empty() ? body.payload : body.metadata;
    part.resize(rng.below(part.size()));
    OwnedMatrix out = filled_with(0x5a);
    EXPECT_THROW(decoder->decode({body.metadata, body.payload}, call_, out.mutable_view()), Error);
    decoder->decode({good_.metadata, good_.payload}, call_, out.mutable_view());
    ASSERT_TRUE(same_bits(out.view(), expected.view()));
  }
}

INSTANTIATE_TEST_SUITE_P(Codecs, HostileBody, testing::ValuesIn(cases), [](const auto& which) {
  std::string name = std::string(which.param.spec) + "_" + name_of(which.param.dtype);
  for (char& c : name) {
    c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return name;
});

}  // namespace
}  // namespace cutlink::codecs
