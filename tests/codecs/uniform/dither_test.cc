#include "codecs/uniform/dither.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/philox.h"

namespace cutlink::codecs {
namespace {

// The same draws through base's Philox, one block at a time.
TEST(Dither, EqualsPhiloxBlockByBlock) {
  const RngKey key{.seed = 5, .step = 2};
  const std::size_t columns = 300;
  const Dither dither(key, columns);
  Rng rng(key);
  const std::array<std::uint32_t, 2> k = {rng.next_u32(), rng.next_u32()};
  const std::array<std::uint32_t, 2> nonce = {rng.next_u32(), rng.next_u32()};
  const std::uint64_t row = (std::uint64_t{1} << 32) / 38 + 7;  // block numbers beyond 32 bits
  std::vector<float> out(columns);
  dither.row(row, 0, 256, out.data());
  dither.row(row, 256, 44, out.data() + 256);
  const auto expect_tile = [&](std::size_t first, std::size_t count) {
    const std::size_t blocks = (count + 7) / 8;
    for (std::size_t i = 0; i < blocks; ++i) {
      const std::uint64_t n = row * 38 + first / 8 + i;
      const auto words = philox4x32_10(
          {static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(n >> 32), nonce[0], nonce[1]}, k);
      for (std::size_t w = 0; w < 8; ++w) {
        if (w * blocks + i < count) {
          const std::uint32_t draw = w % 2 == 0 ? words[w / 2] & 0xffffU : words[w / 2] >> 16;
          ASSERT_EQ(out[first + w * blocks + i], static_cast<float>(draw) / 65536.0F);
        }
      }
    }
  };
  expect_tile(0, 256);
  expect_tile(256, 44);
}

TEST(Dither, IsUniformAndDoesNotRepeat) {
  const Dither dither(RngKey{.seed = 1}, 256);
  const Dither other(RngKey{.seed = 1, .micro_batch = 1}, 256);
  std::vector<float> out(256);
  std::vector<float> next(256);
  double sum = 0.0;
  double squares = 0.0;
  for (std::uint64_t row = 0; row < 200; ++row) {
    dither.row(row, 0, 256, out.data());
    for (const float u : out) {
      ASSERT_TRUE(u >= 0.0F && u < 1.0F);
      sum += u;
      squares += static_cast<double>(u) * u;
    }
    dither.row(row + 1, 0, 256, next.data());
    ASSERT_NE(out, next);
    other.row(row, 0, 256, next.data());
    ASSERT_NE(out, next);
  }
  const double n = 200 * 256;
  EXPECT_NEAR(sum / n, 0.5, 5 * 0.2887 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1.0 / 3.0, 5 * 0.298 / std::sqrt(n));
}

}  // namespace
}  // namespace cutlink::codecs
