// The worked example of codecs/amaq/README.md, byte for byte.
#include <gtest/gtest.h>

#include "codecs/amaq/width_table.h"

namespace cutlink::codecs::amaq {
namespace {

TEST(WidthTableFormat, TheFirstWidthOfAPairIsInTheLowHalf) {
  const std::vector<std::uint8_t> widths = {2, 8, 3, 4, 5};
  ByteVector bytes;
  ByteWriter writer(bytes);
  EXPECT_TRUE(put_width_table(writer, widths, {}));       // the first frame
  EXPECT_FALSE(put_width_table(writer, widths, widths));  // a frame without a change
  EXPECT_EQ(bytes, (ByteVector{0x01, 0x82, 0x43, 0x05, 0x00}));
}

}  // namespace
}  // namespace cutlink::codecs::amaq
