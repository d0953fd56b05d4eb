// Random offsets for stochastic rounding, addressed by place: the draw of a matrix element depends on the
// key, its row and its column only, so any order of evaluation, and any machine, agrees.
#pragma once

#include <array>
#include <cstdint>

#include "base/rng.h"
#include "codecs/kernels/kernel_table.h"

namespace cutlink::codecs {

class Dither {
 public:
  static constexpr std::size_t columns_at_once = dither_max_count;

  // Offsets for matrices of `columns` columns.
  Dither(const RngKey& key, std::size_t columns);

  // out[i] of column first + i of the row: k·2^−16, k uniform in 0 … 65535. first: a multiple of 8;
  // count <= columns_at_once. 16 bits, so that a symbol below 2^8 plus an offset is exact in fp32.
  void row(std::uint64_t row, std::size_t first, std::size_t count, float* out) const;

 private:
  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 2> nonce_{};
  std::uint64_t blocks_per_row_;
};

}  // namespace cutlink::codecs
