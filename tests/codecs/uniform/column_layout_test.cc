#include "codecs/uniform/column_layout.h"

#include <gtest/gtest.h>

#include "codecs/test_matrix.h"

namespace cutlink::codecs {
namespace {

TEST(ColumnLayout, ShapesByHand) {
  const ColumnLayout channel(Per::channel, 0, 100);
  EXPECT_EQ(channel.columns(7), 100U);
  EXPECT_EQ(channel.tokens(7), 7U);
  const ColumnLayout token(Per::token, 0, 100);
  EXPECT_EQ(token.columns(7), 7U);
  EXPECT_EQ(token.tokens(7), 100U);
  const ColumnLayout block(Per::block, 64, 100);  // two blocks of 50
  EXPECT_EQ(block.columns(7), 14U);
  EXPECT_EQ(block.tokens(7), 50U);
  const ColumnLayout odd(Per::block, 8, 13);  // 7 and 6 channels
  EXPECT_EQ(odd.columns(7), 14U);
  EXPECT_EQ(odd.tokens(7), 7U);
}

TEST(ColumnLayout, TurnsAndTurnsBack) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    for (const std::size_t channels : {1U, 7U, 8U, 13U, 64U, 129U}) {
      for (const std::size_t rows : {1U, 5U, 40U}) {
        const OwnedMatrix x = random_matrix(dtype, rows, channels, channels);
        for (const Per per : {Per::token, Per::block}) {
          const ColumnLayout layout(per, 8, channels);
          OwnedMatrix storage;
          const MatrixView turned = layout.turn(x.view(), storage);
          ASSERT_EQ(turned.rows, layout.tokens(rows));
          ASSERT_EQ(turned.cols, layout.columns(rows));
          OwnedMatrix back(dtype, rows, channels);
          layout.turn_back(turned, back.mutable_view());
          EXPECT_TRUE(same_bits(back.view(), x.view()));
        }
      }
    }
  }
}

TEST(ColumnLayout, TheFillingRepeatsTheLastValue) {
  const OwnedMatrix x = random_matrix(DType::f32, 2, 13, 1);
  OwnedMatrix storage;
  const MatrixView turned = ColumnLayout(Per::block, 8, 13).turn(x.view(), storage);
  EXPECT_EQ(turned.at(0, 1), x.view().at(0, 7));
  EXPECT_EQ(turned.at(5, 3), x.view().at(1, 12));
  EXPECT_EQ(turned.at(6, 3), x.view().at(1, 12));
}

}  // namespace
}  // namespace cutlink::codecs
