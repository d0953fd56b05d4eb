#include "codecs/plane32/plane32.h"

#include <gtest/gtest.h>

#include "codecs/test_matrix.h"

namespace cutlink::codecs::plane32 {
namespace {

void set_bit(ByteVector& bytes, std::uint64_t bit) {
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | (1U << (bit % 8)));
}

// The definition in codecs/plane32/README.md, one bit at a time.
ByteVector naive_pack(const std::vector<std::uint8_t>& q, std::size_t tokens,
                      const std::vector<std::uint8_t>& widths) {
  const std::size_t channels = widths.size();
  const std::size_t full_blocks = tokens / 32;
  const std::size_t tail_bytes = (tokens % 32 + 7) / 8;
  std::array<std::uint64_t, 9> base{};
  std::array<std::uint64_t, 8> n{};
  for (std::size_t p = 0; p < 8; ++p) {
    for (const std::uint8_t b : widths) {
      n[p] += b > p ? 1 : 0;
    }
    base[p + 1] = base[p] + n[p];
  }
  ByteVector out(base[8] * ((tokens + 7) / 8));
  for (std::size_t p = 0; p < 8; ++p) {
    std::uint64_t rank = 0;
    for (std::size_t h = 0; h < channels; ++h) {
      if (widths[h] <= p) {
        continue;
      }
      for (std::size_t t = 0; t < tokens; ++t) {
        if (((q[t * channels + h] >> (widths[h] - 1 - p)) & 1U) == 0) {
          continue;
        }
        if (t / 32 < full_blocks) {
          const std::uint64_t word = base[p] * full_blocks + (t / 32) * n[p] + rank;
          set_bit(out, 32 * word + t % 32);
        } else {
          const std::uint64_t byte =
              4 * base[8] * full_blocks + base[p] * tail_bytes + (t % 32 / 8) * n[p] + rank;
          set_bit(out, 8 * byte + t % 8);
        }
      }
      ++rank;
    }
  }
  return out;
}

std::vector<std::uint8_t> random_symbols(std::size_t tokens, const std::vector<std::uint8_t>& widths,
                                         std::uint64_t seed) {
  Rng rng(RngKey{.seed = seed});
  std::vector<std::uint8_t> q(tokens * widths.size());
  for (std::size_t i = 0; i < q.size(); ++i) {
    q[i] = static_cast<std::uint8_t>(rng.below(std::uint64_t{1} << widths[i % widths.size()]));
  }
  return q;
}

void expect_oracle_and_back(std::size_t tokens, const std::vector<std::uint8_t>& widths) {
  SCOPED_TRACE(testing::Message() << tokens << " tokens x " << widths.size() << " channels");
  const std::vector<std::uint8_t> q = random_symbols(tokens, widths, tokens);
  ByteVector packed = {0xab};  // pack appends
  pack(q, tokens, widths, packed);
  ASSERT_EQ(packed[0], 0xab);
  packed.erase(packed.begin());
  ASSERT_EQ(packed, naive_pack(q, tokens, widths));
  std::vector<std::uint8_t> back(q.size(), 0xff);
  unpack(packed, tokens, widths, back);
  ASSERT_EQ(back, q);
}

TEST(Plane32, EveryWidthAndTokenCountEqualsTheBitByBitOracle) {
  for (std::uint8_t b = 0; b <= 8; ++b) {
    for (std::size_t tokens = 1; tokens <= 100; ++tokens) {
      expect_oracle_and_back(tokens, std::vector<std::uint8_t>(3, b));
    }
  }
}

TEST(Plane32, MixedWidthsAndOddChannelCounts) {
  for (const std::size_t channels : {1U, 2U, 7U, 33U, 255U, 256U, 257U, 519U}) {
    for (const std::size_t tokens : {1U, 7U, 8U, 9U, 31U, 32U, 33U, 63U, 64U, 65U, 100U}) {
      expect_oracle_and_back(tokens, random_widths(channels, 0, 8, channels));
    }
  }
}

TEST(Plane32, NothingOfNothing) {
  ByteVector out;
  pack({}, 0, std::vector<std::uint8_t>(4, 8), out);
  pack({}, 5, {}, out);
  EXPECT_TRUE(out.empty());
}

// 33 tokens, channels of 2, 0 and 1 bits; written out by hand from the README's definition.
TEST(Plane32, BytesByHand) {
  const std::vector<std::uint8_t> widths = {2, 0, 1};
  std::vector<std::uint8_t> q(std::size_t{33} * 3);
  q[0 * 3 + 0] = 0b10;   // token 0, channel 0: plane 0
  q[9 * 3 + 0] = 0b01;   // token 9, channel 0: plane 1
  q[31 * 3 + 2] = 1;     // token 31, channel 2: plane 0
  q[32 * 3 + 0] = 0b11;  // token 32: the partial block
  ByteVector out;
  pack(q, 33, widths, out);
  const ByteVector expected = {
      0x01, 0x00, 0x00, 0x00,  // block 0, plane 0, channel 0
      0x00, 0x00, 0x00, 0x80,  // block 0, plane 0, channel 2
      0x00, 0x02, 0x00, 0x00,  // block 0, plane 1, channel 0
      0x01, 0x00,              // tail, plane 0, channels 0 and 2
      0x01,                    // tail, plane 1, channel 0
  };
  EXPECT_EQ(out, expected);
}

// Both parts are plane-major, so a coarser stream is a prefix of each.
TEST(Plane32, CuttingTrailingPlanesIsACoarserQuantiser) {
  const std::size_t tokens = 77;  // two blocks of 32 and 13 tokens
  const std::vector<std::uint8_t> widths = random_widths(41, 0, 8, 5);
  const std::vector<std::uint8_t> q = random_symbols(tokens, widths, 6);
  ByteVector fine;
  pack(q, tokens, widths, fine);
  std::uint64_t width_sum = 0;
  for (const std::uint8_t b : widths) {
    width_sum += b;
  }
  for (unsigned keep = 0; keep <= 8; ++keep) {
    std::vector<std::uint8_t> fewer(widths);
    std::vector<std::uint8_t> coarse(q);
    std::uint64_t kept_sum = 0;
    for (std::size_t h = 0; h < widths.size(); ++h) {
      fewer[h] = static_cast<std::uint8_t>(std::min<unsigned>(widths[h], keep));
      kept_sum += fewer[h];
    }
    for (std::size_t i = 0; i < q.size(); ++i) {
      const std::size_t h = i % widths.size();
      coarse[i] = static_cast<std::uint8_t>(q[i] >> (widths[h] - fewer[h]));
    }
    ByteVector expected;
    pack(coarse, tokens, fewer, expected);
    const auto words_end = static_cast<std::ptrdiff_t>(4 * 2 * width_sum);
    ByteVector cut(fine.begin(), fine.begin() + static_cast<std::ptrdiff_t>(4 * 2 * kept_sum));
    cut.insert(cut.end(), fine.begin() + words_end,
               fine.begin() + words_end + static_cast<std::ptrdiff_t>(2 * kept_sum));
    EXPECT_EQ(cut, expected) << keep;
  }
}

}  // namespace
}  // namespace cutlink::codecs::plane32
