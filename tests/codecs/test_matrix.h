// Matrices for codec tests: random activations, hostile values, comparisons bit for bit.
#pragma once

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/matrix.h"
#include "base/rng.h"
#include "codecs/owned_matrix.h"

namespace cutlink::codecs {

// rows × cols, channel c normal with its own mean and spread (log-normal over channels).
inline OwnedMatrix random_matrix(DType dtype, std::size_t rows, std::size_t cols, std::uint64_t seed) {
  OwnedMatrix x(dtype, rows, cols);
  const MutableMatrixView view = x.mutable_view();
  Rng rng(RngKey{.seed = seed, .purpose = RngPurpose::text_generator});
  std::vector<double> mean(cols);
  std::vector<double> spread(cols);
  for (std::size_t c = 0; c < cols; ++c) {
    spread[c] = std::exp(rng.next_normal());
    mean[c] = 0.5 * rng.next_normal();
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) {
      view.set(r, c, static_cast<float>(mean[c] + spread[c] * rng.next_normal()));
    }
  }
  return x;
}

inline std::vector<std::uint8_t> random_widths(std::size_t count, unsigned lowest, unsigned highest,
                                               std::uint64_t seed) {
  Rng rng(RngKey{.seed = seed, .purpose = RngPurpose::width_shares});
  std::vector<std::uint8_t> widths(count);
  for (std::uint8_t& b : widths) {
    b = static_cast<std::uint8_t>(lowest + rng.below(highest - lowest + 1));
  }
  return widths;
}

inline bool same_bits(MatrixView a, MatrixView b) {
  return a.dtype == b.dtype && a.rows == b.rows && a.cols == b.cols &&
         (a.elements() == 0 || std::memcmp(a.data, b.data, a.elements() * size_of(a.dtype)) == 0);
}

}  // namespace cutlink::codecs
