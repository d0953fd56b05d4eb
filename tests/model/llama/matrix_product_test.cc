#include "model/llama/matrix_product.h"

#include <gtest/gtest.h>

#include "model/llama/llama_fixture.h"

namespace cutlink::model {
namespace {

TEST(MatrixProduct, EqualsTheProductInDouble) {
  for (const auto& [n, k, m] :
       {std::array<std::int64_t, 3>{1, 1, 1}, {3, 5, 7}, {33, 20, 2}, {130, 64, 96}}) {
    const at::Tensor x = numbers("x", {n, k}, 1.0);
    const at::Tensor w = numbers("w", {m, k}, 1.0);
    const at::Tensor exact = at::mm(x.to(at::kDouble), w.to(at::kDouble).t());
    const double bound = 1e-6 * static_cast<double>(k);
    EXPECT_LE((product_nt(x, w).to(at::kDouble) - exact).abs().max().item<double>(), bound);
    // Any strides of w, as gradients need them.
    const at::Tensor turned = w.t().contiguous().t();
    EXPECT_LE((product_nt(x, turned).to(at::kDouble) - exact).abs().max().item<double>(), bound);
    // Rows of x that are not contiguous.
    const at::Tensor wide = at::cat({x, x}, 1);
    EXPECT_LE((product_nt(wide.narrow(1, k, k), w).to(at::kDouble) - exact).abs().max().item<double>(),
              bound);
  }
}

TEST(MatrixProduct, NoRowsGiveNoRows) {
  const at::Tensor y = product_nt(at::empty({0, 4}), at::ones({3, 4}));
  EXPECT_EQ(y.sizes(), (std::vector<std::int64_t>{0, 3}));
}

TEST(MatrixProduct, Bf16StaysBf16) {
  const at::Tensor x = numbers("x", {9, 16}, 1.0).to(at::kBFloat16);
  const at::Tensor w = numbers("w", {5, 16}, 1.0).to(at::kBFloat16);
  const at::Tensor y = product_nt(x, w);
  EXPECT_EQ(y.scalar_type(), at::kBFloat16);
  EXPECT_TRUE(at::allclose(y.to(at::kFloat), at::mm(x.to(at::kFloat), w.to(at::kFloat).t()), 0.01, 0.02));
}

}  // namespace
}  // namespace cutlink::model
