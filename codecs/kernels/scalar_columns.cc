#include <bit>

#include "codecs/kernels/load.h"
#include "codecs/kernels/scalar_kernels.h"

namespace cutlink::codecs::scalar {

template <typename T>
void column_bounds(const T* x, std::size_t rows, std::size_t cols, float* __restrict lo, float* __restrict hi,
                   std::uint32_t* __restrict exponents) {
  for (std::size_t r = 0; r < rows; ++r) {
    const T* __restrict row = x + r * cols;
    for (std::size_t c = 0; c < cols; ++c) {
      const float v = load(row[c]);
      lo[c] = v < lo[c] ? v : lo[c];
      hi[c] = v > hi[c] ? v : hi[c];
      // All-ones exponents carry into the sign bit; no other pattern does.
      exponents[c] |= (std::bit_cast<std::uint32_t>(v) & 0x7fffffffU) + 0x00800000U;
    }
  }
}

template <typename T>
void column_products(const T* g, const float* error, std::size_t rows, std::size_t cols,
                     double* __restrict sums) {
  for (std::size_t r = 0; r < rows; ++r) {
    const T* __restrict g_row = g + r * cols;
    const float* __restrict error_row = error + r * cols;
    for (std::size_t c = 0; c < cols; ++c) {
      sums[c] += static_cast<double>(load(g_row[c])) * static_cast<double>(error_row[c]);
    }
  }
}

template <typename T>
void column_energies(const T* g, std::size_t rows, std::size_t cols, double* __restrict sums) {
  for (std::size_t r = 0; r < rows; ++r) {
    const T* __restrict g_row = g + r * cols;
    for (std::size_t c = 0; c < cols; ++c) {
      const double value = load(g_row[c]);
      sums[c] += value * value;
    }
  }
}

template void column_bounds(const float*, std::size_t, std::size_t, float*, float*, std::uint32_t*);
template void column_bounds(const std::uint16_t*, std::size_t, std::size_t, float*, float*, std::uint32_t*);
template void column_products(const float*, const float*, std::size_t, std::size_t, double*);
template void column_products(const std::uint16_t*, const float*, std::size_t, std::size_t, double*);
template void column_energies(const float*, std::size_t, std::size_t, double*);
template void column_energies(const std::uint16_t*, std::size_t, std::size_t, double*);

}  // namespace cutlink::codecs::scalar
