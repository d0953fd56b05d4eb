#include "codecs/stages/outlier_rows.h"

#include <gtest/gtest.h>

#include <limits>

#include "codecs/test_matrix.h"

namespace cutlink::codecs {
namespace {

using Rows = std::vector<std::uint32_t>;
constexpr float inf = std::numeric_limits<float>::infinity();

// A matrix of 20 columns whose rows hold ± the given RMS.
OwnedMatrix rows_of(const std::vector<float>& rms, DType dtype = DType::f32) {
  OwnedMatrix x(dtype, rms.size(), 20);
  for (std::size_t r = 0; r < rms.size(); ++r) {
    for (std::size_t c = 0; c < 20; ++c) {
      x.mutable_view().set(r, c, c % 2 == 0 ? rms[r] : -rms[r]);
    }
  }
  return x;
}

TEST(OutlierRows, TheThresholdIsStrictAndOfTheMedian) {
  EXPECT_EQ(find_outlier_rows(rows_of({1, 1, 4, 1, 1}).view(), 4), Rows{});
  EXPECT_EQ(find_outlier_rows(rows_of({1, 1, 4.03125F, 1, 1}).view(), 4), Rows{2});
  EXPECT_EQ(find_outlier_rows(rows_of({1, 1, 4.03125F, 1, 1}, DType::bf16).view(), 4), Rows{2});
  EXPECT_EQ(find_outlier_rows(rows_of({1, 1, 4.03125F, 1, 1}).view(), 5), Rows{});
  EXPECT_EQ(find_outlier_rows(rows_of({9, 1, 1, 9, 1}).view(), 4), (Rows{0, 3}));
  EXPECT_EQ(find_outlier_rows(rows_of({1, 9}).view(), 4), Rows{1});  // the lower of two middle rows
}

TEST(OutlierRows, ZeroRowsDoNotCountForTheMedian) {
  EXPECT_EQ(find_outlier_rows(rows_of({0, 0, 0, 0, 2, 1, 1}).view(), 4), Rows{});
  EXPECT_EQ(find_outlier_rows(rows_of({0, 0, 0}).view(), 4), Rows{});
}

TEST(OutlierRows, AnyMagnitude) {
  for (const float scale : {1e-44F, 1e-30F, 1e-20F, 1e18F, 1e20F, 3e37F}) {
    EXPECT_EQ(find_outlier_rows(rows_of({scale, scale, 8 * scale, scale}).view(), 4), Rows{2}) << scale;
  }
}

TEST(OutlierRows, NonFiniteRowsStandOutUnlessAllDo) {
  OwnedMatrix x = rows_of({1, 1, 1, 1});
  x.mutable_view().set(1, 7, std::numeric_limits<float>::quiet_NaN());
  x.mutable_view().set(3, 0, -inf);
  EXPECT_EQ(find_outlier_rows(x.view(), 4), (Rows{1, 3}));
  x.mutable_view().set(0, 19, inf);
  x.mutable_view().set(2, 19, inf);
  EXPECT_EQ(find_outlier_rows(x.view(), 4), Rows{});
  EXPECT_EQ(find_outlier_rows(rows_of({inf}).view(), 4), Rows{});
}

TEST(OutlierRows, CopyAndScatterAreInverse) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const OwnedMatrix x = random_matrix(dtype, 9, 5, 1);
    const Rows escaped = {0, 4, 8};
    OwnedMatrix others(dtype, 6, 5);
    copy_other_rows(x.view(), escaped, others.mutable_view());
    EXPECT_EQ(others.view().at(0, 2), x.view().at(1, 2));
    EXPECT_EQ(others.view().at(3, 4), x.view().at(5, 4));
    OwnedMatrix back = random_matrix(dtype, 9, 5, 2);
    const OwnedMatrix untouched = random_matrix(dtype, 9, 5, 2);
    scatter_other_rows(others.view(), escaped, back.mutable_view());
    for (std::size_t r = 0; r < 9; ++r) {
      EXPECT_EQ(back.view().at(r, 3), (r % 4 == 0 ? untouched : x).view().at(r, 3));
    }
  }
}

TEST(OutlierRows, TheCallLosesTheirPositions) {
  const std::vector<std::uint32_t> positions = {5, 6, 7, 8};
  CallInfo call;
  call.step = 9;
  call.positions = positions;
  std::vector<std::uint32_t> kept;
  const std::vector<std::uint32_t> escaped = {0, 2};
  const CallInfo others = call_of_other_rows(call, 4, escaped, kept);
  EXPECT_EQ(others.step, 9U);
  EXPECT_EQ(std::vector<std::uint32_t>(others.positions.begin(), others.positions.end()),
            (std::vector<std::uint32_t>{6, 8}));
  EXPECT_EQ(others.positions.data(), kept.data());
  EXPECT_EQ(call_of_other_rows(call, 4, {}, kept).positions.data(), positions.data());
  call.positions = {};  // a codec that needs none
  EXPECT_TRUE(call_of_other_rows(call, 4, escaped, kept).positions.empty());
}

}  // namespace
}  // namespace cutlink::codecs
