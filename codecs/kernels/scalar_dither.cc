#include <algorithm>
#include <cassert>

#include "codecs/kernels/scalar_kernels.h"

namespace cutlink::codecs::scalar {
namespace {

constexpr std::size_t max_blocks = dither_max_count / dither_draws_per_block;

// Words of `blocks` consecutive Philox blocks side by side, so that the rounds vectorise over blocks.
struct Lanes {
  std::uint32_t c0[max_blocks];
  std::uint32_t c1[max_blocks];
  std::uint32_t c2[max_blocks];
  std::uint32_t c3[max_blocks];
};

// Philox4x32-10 (base/philox.h; a test holds the two against each other) on all lanes.
void philox_lanes(Lanes& lanes, std::size_t blocks, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < blocks; ++i) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * lanes.c0[i];
      const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * lanes.c2[i];
      lanes.c0[i] = static_cast<std::uint32_t>(p1 >> 32) ^ lanes.c1[i] ^ key[0];
      lanes.c1[i] = static_cast<std::uint32_t>(p1);
      lanes.c2[i] = static_cast<std::uint32_t>(p0 >> 32) ^ lanes.c3[i] ^ key[1];
      lanes.c3[i] = static_cast<std::uint32_t>(p0);
    }
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
}

float unit(std::uint32_t sixteen_bits) {
  return static_cast<float>(static_cast<std::int32_t>(sixteen_bits)) * 0x1p-16F;
}

}  // namespace

void dither_row(const std::array<std::uint32_t, 2>& key, const std::array<std::uint32_t, 2>& nonce,
                std::uint64_t base, std::size_t count, float* out) {
  assert(count <= dither_max_count);
  const std::size_t blocks = (count + dither_draws_per_block - 1) / dither_draws_per_block;
  Lanes lanes;
  for (std::size_t i = 0; i < blocks; ++i) {
    lanes.c0[i] = static_cast<std::uint32_t>(base + i);
    lanes.c1[i] = static_cast<std::uint32_t>((base + i) >> 32);
    lanes.c2[i] = nonce[0];
    lanes.c3[i] = nonce[1];
  }
  philox_lanes(lanes, blocks, key);
  // Block i's draws go to columns i, blocks + i, 2·blocks + i, …: contiguous stores.
  alignas(64) float draws[dither_max_count];
  const std::uint32_t* words[4] = {lanes.c0, lanes.c1, lanes.c2, lanes.c3};
  for (std::size_t w = 0; w < 4; ++w) {
    for (std::size_t i = 0; i < blocks; ++i) {
      draws[2 * w * blocks + i] = unit(words[w][i] & 0xffffU);
      draws[(2 * w + 1) * blocks + i] = unit(words[w][i] >> 16);
    }
  }
  std::copy(draws, draws + count, out);
}

}  // namespace cutlink::codecs::scalar
