// Sums and bounds over columns and rows: every back end against the definition, step by step.
#include <array>

#include "codecs/kernels/backends.h"

namespace cutlink::codecs {
namespace {

using ColumnKernels = KernelTest;

constexpr std::size_t row_counts[] = {1, 2, 5, 33};

TEST_P(ColumnKernels, BoundsAreThoseOfAPlainScan) {
  for_both_types([](auto type) {
    using T = decltype(type);
    for (const std::size_t cols : kernel_counts) {
      for (const std::size_t rows : row_counts) {
        for (const std::size_t edges : {0U, 3U, 50U}) {
          const std::vector<T> x = elements<T>(rows * cols, rows + cols, edges);
          constexpr float inf = std::numeric_limits<float>::infinity();
          std::vector<float> lo(cols, inf), want_lo(lo);
          std::vector<float> hi(cols, -inf), want_hi(hi);
          std::vector<std::uint32_t> exponents(cols);
          kernel().of<T>().column_bounds(x.data(), rows, cols, lo.data(), hi.data(), exponents.data());
          for (std::size_t c = 0; c < cols; ++c) {
            bool finite = true;
            for (std::size_t r = 0; r < rows; ++r) {
              const float v = value_of(x[r * cols + c]);
              finite = finite && std::isfinite(v);
              want_lo[c] = v < want_lo[c] ? v : want_lo[c];
              want_hi[c] = v > want_hi[c] ? v : want_hi[c];
            }
            ASSERT_EQ((exponents[c] & 0x80000000U) == 0, finite) << "column " << c;
          }
          ASSERT_TRUE(same_bytes(lo, want_lo)) << rows << " x " << cols;
          ASSERT_TRUE(same_bytes(hi, want_hi)) << rows << " x " << cols;
        }
      }
    }
  });
}

TEST_P(ColumnKernels, SumsAreAddedInDoubleRowAfterRow) {
  for_both_types([](auto type) {
    using T = decltype(type);
    for (const std::size_t cols : kernel_counts) {
      for (const std::size_t rows : row_counts) {
        for (const std::size_t edges : {0U, 11U}) {
          const std::vector<T> g = elements<T>(rows * cols, rows * 7 + cols, edges);
          const std::vector<float> error = elements<float>(rows * cols, rows * 3 + cols);
          std::vector<double> products(cols, 0.25), want_products(products);
          std::vector<double> energies(cols, 0.25), want_energies(energies);
          kernel().of<T>().column_products(g.data(), error.data(), rows, cols, products.data());
          kernel().of<T>().column_energies(g.data(), rows, cols, energies.data());
          for (std::size_t i = 0; i < rows * cols; ++i) {
            const double value = value_of(g[i]);
            want_products[i % cols] += value * double{error[i]};
            want_energies[i % cols] += value * value;
          }
          for (std::size_t c = 0; c < cols; ++c) {  // by value: which NaN comes out of a sum is not said
            ASSERT_TRUE(products[c] == want_products[c] ||
                        (std::isnan(products[c]) && std::isnan(want_products[c])));
            ASSERT_TRUE(energies[c] == want_energies[c] ||
                        (std::isnan(energies[c]) && std::isnan(want_energies[c])));
          }
        }
      }
    }
  });
}

// The definition, in the order that the table states.
template <typename Sum, typename T>
double squares_of(const T* row, std::size_t cols) {
  std::array<Sum, 16> sums{};
  for (std::size_t c = 0; c < cols; ++c) {
    const Sum v = static_cast<Sum>(value_of(row[c]));
    const Sum square = v * v;
    sums[c % 16] = sums[c % 16] + square;
  }
  double sum = 0.0;
  for (const Sum s : sums) {
    sum += static_cast<double>(s);
  }
  return sum;
}

TEST_P(ColumnKernels, SquaresOfARowAreSixteenSums) {
  for_both_types([](auto type) {
    using T = decltype(type);
    for (const std::size_t cols : kernel_counts) {
      // Rows of ordinary size, whose squares would vanish or overflow in fp32, and with values that are not
      // finite.
      for (const float scale : {1.0F, 0x1p-60F, 0x1p-140F, 0x1p100F}) {
        for (const std::size_t edges : {0U, 29U}) {
          std::vector<T> x = elements<T>(4 * cols, cols, edges);
          for (T& v : x) {
            v = element_of<T>(value_of(v) * scale);
          }
          std::vector<double> squares(4, -1.0);
          kernel().of<T>().row_squares(x.data(), 4, cols, squares.data());
          for (std::size_t r = 0; r < 4; ++r) {
            const double fast = squares_of<float>(x.data() + r * cols, cols);
            const double want =
                fast > 0x1p-90 && fast < 0x1p120 ? fast : squares_of<double>(x.data() + r * cols, cols);
            ASSERT_TRUE(squares[r] == want || (std::isnan(squares[r]) && std::isnan(want)))
                << cols << " columns: " << squares[r] << " and " << want;
          }
        }
      }
    }
  });
}

CUTLINK_FOR_EVERY_BACKEND(ColumnKernels);

}  // namespace
}  // namespace cutlink::codecs
