#include "codecs/amaq/column_sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "codecs/amaq/amaq_test_data.h"
#include "codecs/grid/minmax_grid.h"

namespace cutlink::codecs::amaq {
namespace {

// The gradient of the widths against central differences of the surrogate: x̂_th(b) = x_th + ε_th·r_h·2^−b_h
// with ε = (x̂ − x)/s of the frame held fixed, under a loss that bends, all in double.
TEST(ColumnSums, WidthGradientIsThatOfTheSurrogate) {
  const std::size_t rows = 70;
  const std::size_t cols = 37;
  const TestMatrix x(rows, cols, DType::f32, 1);
  const std::vector<std::uint8_t> widths = alternating_widths(cols);
  Body body;
  GridTrace trace;
  minmax_encode(x.view(), widths, body, &trace);

  const TestMatrix wanted(rows, cols, DType::f32, 2);
  const auto x_hat = [&](std::size_t r, std::size_t c, double b) {  // s halves with every bit
    return double{x.at(r, c)} - double{trace.error[r * cols + c]} * std::exp2(widths[c] - b);
  };
  TestMatrix gradient(rows, cols, DType::f32, 3);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) {
      gradient.set(r, c, static_cast<float>(x_hat(r, c, widths[c]) - wanted.at(r, c)));
    }
  }
  // The loss whose gradient at x̂ is, bit for bit, what is handed over: linear in it, and a bend around x̂.
  const auto loss = [&](std::size_t c, double b) {
    double sum = 0.0;
    for (std::size_t r = 0; r < rows; ++r) {
      const double moved = x_hat(r, c, b) - x_hat(r, c, widths[c]);
      sum += gradient.at(r, c) * moved + 0.5 * moved * moved;
    }
    return sum;
  };
  const std::vector<double> products = column_products(gradient.view(), trace.error);
  for (std::size_t c = 0; c < cols; ++c) {
    const double step = 1e-4;
    const double numeric = (loss(c, widths[c] + step) - loss(c, widths[c] - step)) / (2.0 * step);
    const double analytic = std::numbers::ln2 * products[c];
    EXPECT_NEAR(analytic, numeric, 1e-6 * std::abs(analytic)) << "column " << c;
  }
}

TEST(ColumnSums, BothTypesAgreeWithTheDefinition) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const TestMatrix g(9, 5, dtype, 4);
    std::vector<float> error(45);
    for (std::size_t i = 0; i < error.size(); ++i) {
      error[i] = static_cast<float>(i) - 20.5F;
    }
    const std::vector<double> products = column_products(g.view(), error);
    const std::vector<double> energies = column_energies(g.view());
    for (std::size_t c = 0; c < 5; ++c) {
      double product = 0.0;
      double energy = 0.0;
      for (std::size_t r = 0; r < 9; ++r) {
        product += double{g.at(r, c)} * double{error[r * 5 + c]};
        energy += double{g.at(r, c)} * double{g.at(r, c)};
      }
      EXPECT_DOUBLE_EQ(products[c], product);
      EXPECT_DOUBLE_EQ(energies[c], energy);
    }
  }
}

}  // namespace
}  // namespace cutlink::codecs::amaq
