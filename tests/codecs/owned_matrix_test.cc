#include "codecs/owned_matrix.h"

#include <gtest/gtest.h>

#include "codecs/test_matrix.h"

namespace cutlink::codecs {
namespace {

TEST(OwnedMatrix, TransposesBothTypesAndBack) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    for (const auto& [rows, cols] : {std::pair{1U, 1U}, {1U, 70U}, {33U, 31U}, {64U, 100U}}) {
      const OwnedMatrix x = random_matrix(dtype, rows, cols, rows);
      const OwnedMatrix turned = transposed(x.view());
      ASSERT_EQ(turned.view().rows, cols);
      ASSERT_EQ(turned.view().cols, rows);
      ASSERT_EQ(turned.view().dtype, dtype);
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < cols; ++c) {
          ASSERT_EQ(turned.view().at(c, r), x.view().at(r, c));
        }
      }
      EXPECT_TRUE(same_bits(transposed(turned.view()).view(), x.view()));
    }
  }
}

TEST(OwnedMatrix, TakesNewShapes) {
  OwnedMatrix x(DType::f32, 2, 3);
  x.reset(DType::bf16, 5, 4);
  x.mutable_view().set(4, 3, 1.5F);
  EXPECT_EQ(x.view().at(4, 3), 1.5F);
  EXPECT_EQ(x.view().elements(), 20U);
}

}  // namespace
}  // namespace cutlink::codecs
