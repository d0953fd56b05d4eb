#include "codecs/amaq/column_sums.h"

#include <cassert>

#include "codecs/kernels/kernel_table.h"
#include "codecs/kernels/load.h"

namespace cutlink::codecs::amaq {

std::vector<double> column_products(MatrixView g, std::span<const float> error) {
  assert(error.size() == g.elements());
  std::vector<double> sums(g.cols);
  with_elements(g, [&](const auto* elements) {
    kernels_of(elements).column_products(elements, error.data(), g.rows, g.cols, sums.data());
  });
  return sums;
}

std::vector<double> column_energies(MatrixView g) {
  std::vector<double> sums(g.cols);
  with_elements(g, [&](const auto* elements) {
    kernels_of(elements).column_energies(elements, g.rows, g.cols, sums.data());
  });
  return sums;
}

}  // namespace cutlink::codecs::amaq
