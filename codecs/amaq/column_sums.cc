#include "codecs/amaq/column_sums.h"

#include <cassert>

#include "codecs/grid/load.h"

namespace cutlink::codecs::amaq {
namespace {

template <typename T>
void add_products(const T* g, const float* error, std::size_t rows, std::size_t cols,
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
void add_energies(const T* g, std::size_t rows, std::size_t cols, double* __restrict sums) {
  for (std::size_t r = 0; r < rows; ++r) {
    const T* __restrict g_row = g + r * cols;
    for (std::size_t c = 0; c < cols; ++c) {
      const double value = load(g_row[c]);
      sums[c] += value * value;
    }
  }
}

}  // namespace

std::vector<double> column_products(MatrixView g, std::span<const float> error) {
  assert(error.size() == g.elements());
  std::vector<double> sums(g.cols);
  if (g.dtype == DType::f32) {
    add_products(static_cast<const float*>(g.data), error.data(), g.rows, g.cols, sums.data());
  } else {
    add_products(static_cast<const std::uint16_t*>(g.data), error.data(), g.rows, g.cols, sums.data());
  }
  return sums;
}

std::vector<double> column_energies(MatrixView g) {
  std::vector<double> sums(g.cols);
  if (g.dtype == DType::f32) {
    add_energies(static_cast<const float*>(g.data), g.rows, g.cols, sums.data());
  } else {
    add_energies(static_cast<const std::uint16_t*>(g.data), g.rows, g.cols, sums.data());
  }
  return sums;
}

}  // namespace cutlink::codecs::amaq
