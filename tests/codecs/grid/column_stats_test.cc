#include "codecs/grid/column_stats.h"

#include <gtest/gtest.h>

#include <limits>

#include "codecs/test_matrix.h"

namespace cutlink::codecs {
namespace {

TEST(ColumnStats, EqualsAPlainScan) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const OwnedMatrix x = random_matrix(dtype, 77, 53, 4);
    const ColumnStats stats = column_stats(x.view());
    for (std::size_t c = 0; c < 53; ++c) {
      float lo = x.view().at(0, c);
      float hi = lo;
      for (std::size_t r = 1; r < 77; ++r) {
        lo = std::min(lo, x.view().at(r, c));
        hi = std::max(hi, x.view().at(r, c));
      }
      EXPECT_EQ(stats.lo[c], lo);
      EXPECT_EQ(stats.hi[c], hi);
      EXPECT_TRUE(stats.finite(c));
    }
  }
}

TEST(ColumnStats, SeesEveryNonFiniteValue) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  const std::uint32_t nans[] = {0x7f800001U, 0x7fffffffU, 0xffc00000U, 0xff800001U};
  for (std::size_t at = 0; at < 9; ++at) {
    for (std::size_t kind = 0; kind < 6; ++kind) {
      const float bad = kind == 4 ? inf : (kind == 5 ? -inf : std::bit_cast<float>(nans[kind]));
      OwnedMatrix x = random_matrix(DType::f32, 9, 3, 1);
      x.mutable_view().set(at, 1, bad);
      const ColumnStats stats = column_stats(x.view());
      EXPECT_TRUE(stats.finite(0));
      EXPECT_FALSE(stats.finite(1));
      EXPECT_TRUE(stats.finite(2));
    }
  }
}

TEST(ColumnStats, TheLargestFiniteValueIsFinite) {
  OwnedMatrix x(DType::f32, 1, 2);
  x.mutable_view().set(0, 0, std::numeric_limits<float>::max());
  x.mutable_view().set(0, 1, std::numeric_limits<float>::lowest());
  EXPECT_TRUE(column_stats(x.view()).finite(0));
  EXPECT_TRUE(column_stats(x.view()).finite(1));
}

}  // namespace
}  // namespace cutlink::codecs
