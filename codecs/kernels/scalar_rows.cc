#include <array>

#include "codecs/kernels/load.h"
#include "codecs/kernels/scalar_kernels.h"

namespace cutlink::codecs::scalar {
namespace {

constexpr std::size_t lanes = 16;  // independent sums: the order of additions is fixed and vectorises

template <typename Sum, typename T>
double sum_of_squares_as(const T* row, std::size_t cols) {
  std::array<Sum, lanes> sums{};
  std::size_t c = 0;
  for (; c + lanes <= cols; c += lanes) {
    for (std::size_t i = 0; i < lanes; ++i) {
      const auto v = static_cast<Sum>(load(row[c + i]));
      sums[i] += v * v;
    }
  }
  for (std::size_t i = 0; c < cols; ++c, ++i) {
    const auto v = static_cast<Sum>(load(row[c]));
    sums[i] += v * v;
  }
  double sum = 0.0;
  for (const Sum s : sums) {
    sum += static_cast<double>(s);
  }
  return sum;
}

// In fp32 where that can neither overflow nor lose small squares, else in double. Not finite where an element
// is not.
template <typename T>
double sum_of_squares(const T* row, std::size_t cols) {
  const double fast = sum_of_squares_as<float>(row, cols);
  return fast > 0x1p-90 && fast < 0x1p120 ? fast : sum_of_squares_as<double>(row, cols);
}

}  // namespace

template <typename T>
void row_squares(const T* x, std::size_t rows, std::size_t cols, double* squares) {
  for (std::size_t r = 0; r < rows; ++r) {
    squares[r] = sum_of_squares(x + r * cols, cols);
  }
}

template void row_squares(const float*, std::size_t, std::size_t, double*);
template void row_squares(const std::uint16_t*, std::size_t, std::size_t, double*);

}  // namespace cutlink::codecs::scalar
