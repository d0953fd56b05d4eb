#include "train/tensor_view.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace cutlink::train {
namespace {

TEST(TensorView, SeesTheTensorsOwnElements) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    at::Tensor x = empty_matrix(3, 5, dtype);
    const MutableMatrixView writable = mutable_view_of(x);
    for (std::size_t i = 0; i < 15; ++i) {
      writable.set(i / 5, i % 5, static_cast<float>(i));
    }
    const MatrixView view = view_of(x);
    EXPECT_EQ(view.rows, 3U);
    EXPECT_EQ(view.cols, 5U);
    EXPECT_EQ(view.dtype, dtype);
    EXPECT_EQ(view.at(2, 4), 14.0F);
    EXPECT_EQ(x[1][2].item<float>(), 7.0F);
  }
}

}  // namespace
}  // namespace cutlink::train
