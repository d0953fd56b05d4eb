// The worked examples of codecs/uniform/README.md, byte for byte: whoever writes a decoder of their own starts there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codecs/round_trip.h"
#include "codecs/uniform/width_shares.h"
#include "codecs/uniform/zero_rows.h"

namespace cutlink::codecs {
namespace {

using testing::ElementsAre;

TEST(UniformFormat, TheExtraBitGoesToTheLowestPriorities) {
  CodecContext context = context_of(Crossing::grad_up, 4);
  context.seed = 1;
  EXPECT_THAT(WidthShares(context).widths(2.5, 4), ElementsAre(2, 2, 3, 3));
  context.crossing = Crossing::act_up;
  EXPECT_THAT(WidthShares(context).widths(2.5, 4), ElementsAre(3, 2, 3, 2));
}

TEST(UniformFormat, TheLowestBitOfTheZeroMapIsRowZero) {
  ByteVector section;
  write_zero_section({1, 8}, 10, section);
  EXPECT_EQ(section, (ByteVector{0x01, 0x02, 0x01}));
}

TEST(UniformFormat, ASymbolOfTheAbsmaxGridIsTheSignedOneAndTheLevelsOfASide) {
  const Ends ends("uniform:bits=3,per=token,range=absmax,round=nearest,outliers=off",
                  context_of(Crossing::grad_up, 2));
  OwnedMatrix x(DType::f32, 3, 2);
  const float values[3][2] = {{3.0F, -1.0F}, {0.0F, 0.0F}, {-1.5F, 0.5F}};
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 2; ++c) {
      x.mutable_view().set(r, c, values[r][c]);
    }
  }
  const Message message = ends.send(x.view());
  EXPECT_EQ(message.body.metadata, (ByteVector{0x01, 0x02, 0x40, 0x40, 0xc0, 0x3f}));
  EXPECT_EQ(message.body.payload, (ByteVector{0x01, 0x02, 0x03, 0x00, 0x00, 0x00}));
  EXPECT_TRUE(same_bits(message.back.view(), x.view()));
}

}  // namespace
}  // namespace cutlink::codecs
