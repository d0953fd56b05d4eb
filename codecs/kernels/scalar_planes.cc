#include "codecs/kernels/scalar_kernels.h"

namespace cutlink::codecs::scalar {
namespace {

// The eight planes of one group of 8 tokens (or back): bit j of byte c of row i ↔ bit i of byte c of row j.
// Three butterfly stages on 8 channels a word; the masks keep bytes apart. An involution.
void transpose_8x8(const std::array<const std::uint64_t*, 8>& in, const std::array<std::uint64_t*, 8>& out,
                   std::size_t words) {
  for (std::size_t i = 0; i < words; ++i) {
    std::uint64_t a[8];
    for (std::size_t k = 0; k < 8; ++k) {
      a[k] = in[k][i];
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint64_t t = ((a[k] >> 4) ^ a[k + 4]) & 0x0f0f0f0f0f0f0f0fULL;
      a[k + 4] ^= t;
      a[k] ^= t << 4;
    }
    for (std::size_t k = 0; k < 6; k += (k == 1 ? 3 : 1)) {  // 0 1 4 5
      const std::uint64_t t = ((a[k] >> 2) ^ a[k + 2]) & 0x3333333333333333ULL;
      a[k + 2] ^= t;
      a[k] ^= t << 2;
    }
    for (std::size_t k = 0; k < 8; k += 2) {
      const std::uint64_t t = ((a[k] >> 1) ^ a[k + 1]) & 0x5555555555555555ULL;
      a[k + 1] ^= t;
      a[k] ^= t << 1;
    }
    for (std::size_t k = 0; k < 8; ++k) {
      out[k][i] = a[k];
    }
  }
}

// Plane words of all channels of a tile: byte g of word c = rows[g][c].
void interleave(const std::array<const std::uint8_t*, 4>& rows, std::size_t channels,
                std::uint8_t* __restrict words) {
  const std::uint8_t* __restrict b0 = rows[0];
  const std::uint8_t* __restrict b1 = rows[1];
  const std::uint8_t* __restrict b2 = rows[2];
  const std::uint8_t* __restrict b3 = rows[3];
  for (std::size_t c = 0; c < channels; ++c) {
    words[4 * c] = b0[c];
    words[4 * c + 1] = b1[c];
    words[4 * c + 2] = b2[c];
    words[4 * c + 3] = b3[c];
  }
}

void deinterleave(const std::uint8_t* __restrict words, std::size_t channels,
                  const std::array<std::uint8_t*, 4>& rows) {
  std::uint8_t* __restrict b0 = rows[0];
  std::uint8_t* __restrict b1 = rows[1];
  std::uint8_t* __restrict b2 = rows[2];
  std::uint8_t* __restrict b3 = rows[3];
  for (std::size_t c = 0; c < channels; ++c) {
    b0[c] = words[4 * c];
    b1[c] = words[4 * c + 1];
    b2[c] = words[4 * c + 2];
    b3[c] = words[4 * c + 3];
  }
}

// Keeps the items of channels wider than `plane`. out may be written one item past the kept ones.
template <typename T>
void compress(const T* in, const std::uint8_t* widths, std::size_t channels, std::size_t plane, T* out) {
  std::size_t k = 0;
  for (std::size_t c = 0; c < channels; ++c) {
    out[k] = in[c];
    k += widths[c] > plane ? 1U : 0U;
  }
}

// The inverse; channels that do not have the plane get 0. in may be read one item past the kept ones.
template <typename T>
void expand(const T* in, const std::uint8_t* widths, std::size_t channels, std::size_t plane, T* out) {
  std::size_t k = 0;
  for (std::size_t c = 0; c < channels; ++c) {
    const bool has = widths[c] > plane;
    out[c] = has ? in[k] : T{0};
    k += has ? 1U : 0U;
  }
}

}  // namespace

PlaneKernels plane_kernels() {
  return {.transpose_8x8 = transpose_8x8,
          .interleave = interleave,
          .deinterleave = deinterleave,
          .compress_words = compress<std::uint32_t>,
          .compress_bytes = compress<std::uint8_t>,
          .expand_words = expand<std::uint32_t>,
          .expand_bytes = expand<std::uint8_t>};
}

}  // namespace cutlink::codecs::scalar
