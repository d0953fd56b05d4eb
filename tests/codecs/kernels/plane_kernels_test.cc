// Symbols to planes and back: every back end against single bits and single items.
#include "codecs/kernels/backends.h"

namespace cutlink::codecs {
namespace {

using PlaneKernelsTest = KernelTest;

std::vector<std::uint8_t> random_bytes(std::size_t count, std::uint64_t seed, unsigned below = 256) {
  Rng rng(RngKey{.seed = seed});
  std::vector<std::uint8_t> bytes(count);
  for (std::uint8_t& b : bytes) {
    b = static_cast<std::uint8_t>(rng.below(below));
  }
  return bytes;
}

TEST_P(PlaneKernelsTest, TransposeMovesEveryBit) {
  for (std::size_t words = 0; words <= 32; ++words) {
    Rng rng(RngKey{.seed = words + 1});
    std::vector<std::uint64_t> in(8 * words), out(8 * words), back(8 * words);
    for (std::uint64_t& w : in) {
      w = (std::uint64_t{rng.next_u32()} << 32) | rng.next_u32();
    }
    std::array<const std::uint64_t*, 8> from{}, turned{};
    std::array<std::uint64_t*, 8> to{}, again{};
    for (std::size_t k = 0; k < 8; ++k) {
      from[k] = in.data() + k * words;
      to[k] = out.data() + k * words;
      turned[k] = to[k];
      again[k] = back.data() + k * words;
    }
    kernel().planes.transpose_8x8(from, to, words);
    for (std::size_t i = 0; i < 8; ++i) {
      for (std::size_t j = 0; j < 8; ++j) {
        for (std::size_t c = 0; c < 8 * words; ++c) {
          const auto bit = [&](const std::uint64_t* row, std::size_t which) {
            return (row[c / 8] >> (8 * (c % 8) + which)) & 1U;
          };
          ASSERT_EQ(bit(from[i], j), bit(to[j], i)) << i << ' ' << j << ' ' << c;
        }
      }
    }
    kernel().planes.transpose_8x8(turned, again, words);
    ASSERT_TRUE(same_bytes(back, in)) << "an involution";
  }
}

TEST_P(PlaneKernelsTest, InterleaveAndBack) {
  for (const std::size_t channels : kernel_counts) {
    const std::vector<std::uint8_t> in = random_bytes(4 * channels, channels);
    std::array<const std::uint8_t*, 4> rows{};
    std::vector<std::uint8_t> words(4 * channels), back(4 * channels);
    std::array<std::uint8_t*, 4> to{};
    for (std::size_t g = 0; g < 4; ++g) {
      rows[g] = in.data() + g * channels;
      to[g] = back.data() + g * channels;
    }
    kernel().planes.interleave(rows, channels, words.data());
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t g = 0; g < 4; ++g) {
        ASSERT_EQ(words[4 * c + g], rows[g][c]);
      }
    }
    kernel().planes.deinterleave(words.data(), channels, to);
    ASSERT_TRUE(same_bytes(back, in));
  }
}

// compress, expand: of one type of items.
template <typename Item, typename Compress, typename Expand>
void expect_compaction(Compress compress, Expand expand) {
  for (const std::size_t channels : kernel_counts) {
    for (const unsigned widest : {0U, 1U, 4U, 8U}) {  // widths 0 … widest: none kept, some, many
      const std::vector<std::uint8_t> widths = random_bytes(channels, channels, widest + 1);
      Rng rng(RngKey{.seed = channels});
      std::vector<Item> in(channels);
      for (Item& item : in) {
        item = static_cast<Item>(rng.next_u32());
      }
      for (std::size_t plane = 0; plane < 8; ++plane) {
        std::vector<Item> want;
        std::vector<Item> want_back(channels);
        for (std::size_t c = 0; c < channels; ++c) {
          if (widths[c] > plane) {
            want.push_back(in[c]);
            want_back[c] = in[c];
          }
        }
        std::vector<Item> kept(want.size() + 1);
        compress(in.data(), widths.data(), channels, plane, kept.data());
        std::vector<Item> back(channels, Item{0x5a});
        expand(kept.data(), widths.data(), channels, plane, back.data());
        kept.pop_back();
        ASSERT_TRUE(same_bytes(kept, want)) << channels << " channels, plane " << plane;
        ASSERT_TRUE(same_bytes(back, want_back)) << channels << " channels, plane " << plane;
      }
    }
  }
}

TEST_P(PlaneKernelsTest, CompressAndExpand) {
  expect_compaction<std::uint32_t>(kernel().planes.compress_words, kernel().planes.expand_words);
  expect_compaction<std::uint8_t>(kernel().planes.compress_bytes, kernel().planes.expand_bytes);
}

CUTLINK_FOR_EVERY_BACKEND(PlaneKernelsTest);

}  // namespace
}  // namespace cutlink::codecs
