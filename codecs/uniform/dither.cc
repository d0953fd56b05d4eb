#include "codecs/uniform/dither.h"

#include <cassert>

namespace cutlink::codecs {

Dither::Dither(const RngKey& key, std::size_t columns)
    : blocks_per_row_((columns + dither_draws_per_block - 1) / dither_draws_per_block) {
  Rng rng(key);
  key_ = {rng.next_u32(), rng.next_u32()};
  nonce_ = {rng.next_u32(), rng.next_u32()};
}

void Dither::row(std::uint64_t row, std::size_t first, std::size_t count, float* out) const {
  assert(first % dither_draws_per_block == 0 && count <= columns_at_once);
  kernels().dither_row(key_, nonce_, row * blocks_per_row_ + first / dither_draws_per_block, count, out);
}

}  // namespace cutlink::codecs
