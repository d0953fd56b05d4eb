#include "codecs/amaq/width_layout.h"

#include <gtest/gtest.h>

#include "codecs/amaq/amaq_test_data.h"
#include "codecs/grid/minmax_grid.h"

namespace cutlink::codecs::amaq {
namespace {

using Widths = std::vector<std::uint8_t>;

TEST(WidthLayout, ByChannelTheTableIsTheWidths) {
  EXPECT_EQ(column_widths(Per::channel, Widths{3, 4}, {}, ErrorKind::run), (Widths{3, 4}));
}

TEST(WidthLayout, ByTokenEveryRowHasTheWidthOfItsPosition) {
  const std::vector<std::uint32_t> positions = positions_of({3, 2});
  EXPECT_EQ(column_widths(Per::token, Widths{8, 4, 2}, positions, ErrorKind::run), (Widths{8, 4, 2, 8, 4}));
  EXPECT_THROW(static_cast<void>(column_widths(Per::token, Widths{8, 4}, positions, ErrorKind::peer)), Error);
}

TEST(WidthLayout, DecodesRowsFromTheTransposedMatrix) {
  const TestMatrix x(5, 12, DType::bf16, 1);
  const std::vector<std::uint32_t> positions = positions_of({3, 2});
  const Widths table = {8, 4, 2};
  Body body;
  const OwnedMatrix columns = transposed(x.view());
  minmax_encode(columns.view(), column_widths(Per::token, table, positions, ErrorKind::run), body, nullptr);
  TestMatrix out(5, 12, DType::bf16, 2);
  ByteReader metadata(body.metadata, "test");
  decode_with_table(Per::token, table, positions, metadata, body.payload, out.mutable_view());
  metadata.expect_end();
  for (std::size_t r = 0; r < 5; ++r) {
    float low = x.at(r, 0);
    float high = low;
    for (std::size_t c = 0; c < 12; ++c) {
      low = std::min(low, x.at(r, c));
      high = std::max(high, x.at(r, c));
    }
    const float half_cell = (high - low) * 1.01F / std::exp2(1.0F + table[positions[r]]);
    for (std::size_t c = 0; c < 12; ++c) {
      EXPECT_NEAR(x.at(r, c), out.at(r, c), half_cell + 0.01F * std::abs(x.at(r, c)));
    }
  }
  ByteReader again(body.metadata, "test");
  const std::vector<std::uint32_t> too_few = positions_of({4});
  EXPECT_THROW(
      decode_with_table(Per::token, Widths{8, 4, 2, 2}, too_few, again, body.payload, out.mutable_view()),
      Error);
}

}  // namespace
}  // namespace cutlink::codecs::amaq
