#include "codecs/plane32/planes.h"

#include <gtest/gtest.h>

#include "codecs/test_matrix.h"

namespace cutlink::codecs::plane32 {
namespace {

TEST(Planes, SaysHowItIsCut) {
  const std::vector<std::uint8_t> widths(600, 3);
  const Planes planes(widths, 70);
  EXPECT_EQ(planes.blocks(), 3U);
  EXPECT_EQ(planes.tokens_of(0), 32U);
  EXPECT_EQ(planes.tokens_of(2), 6U);
  EXPECT_EQ(planes.tiles(), 3U);
  EXPECT_EQ(planes.channels_of(1), 256U);
  EXPECT_EQ(planes.channels_of(2), 88U);
  EXPECT_EQ(planes.bytes(), 600U * 3U * 9U);
}

// The bits of a left-aligned symbol below its width are not stored, whatever they are.
TEST(Planes, OnlyTheTopBitsOfASymbolTravel) {
  const std::size_t tokens = 45;
  const std::vector<std::uint8_t> widths = random_widths(300, 0, 8, 3);
  const Planes planes(widths, tokens);
  Rng rng(RngKey{.seed = 1});
  std::vector<std::uint8_t> symbols(tokens * widths.size());
  for (std::uint8_t& s : symbols) {
    s = static_cast<std::uint8_t>(rng.next_u32());
  }
  ByteVector payload(planes.bytes());
  store_all(planes, payload.data(),
            [&](std::size_t t, std::size_t first, std::size_t count, std::uint8_t* row) {
              std::copy_n(symbols.data() + t * widths.size() + first, count, row);
            });
  std::size_t seen = 0;
  load_all(planes, payload.data(),
           [&](std::size_t t, std::size_t first, std::size_t count, const std::uint8_t* row) {
             for (std::size_t c = 0; c < count; ++c, ++seen) {
               const unsigned kept = 0xffU & (0xff00U >> widths[first + c]);
               ASSERT_EQ(row[c], symbols[t * widths.size() + first + c] & kept);
             }
           });
  EXPECT_EQ(seen, symbols.size());
}

}  // namespace
}  // namespace cutlink::codecs::plane32
