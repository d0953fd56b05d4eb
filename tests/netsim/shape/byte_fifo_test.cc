#include "netsim/shape/byte_fifo.h"

#include <gtest/gtest.h>

#include <array>
#include <span>

namespace cutlink::netsim {
namespace {

TEST(ByteFifo, GivesBackWhatCameInOrder) {
  ByteFifo fifo;
  std::uint8_t in = 0;
  std::uint8_t out = 0;
  for (std::size_t round = 0; round < 200; ++round) {
    std::array<std::uint8_t, 7> more{};
    const std::size_t count = round % more.size();
    for (std::size_t i = 0; i < count; ++i) {
      more[i] = in++;
    }
    fifo.push(std::span(more).first(count));
    const std::size_t part = fifo.size() * (round % 3) / 2;
    for (const std::uint8_t byte : fifo.front(part)) {
      ASSERT_EQ(byte, out++) << round;
    }
    fifo.pop(part);
  }
  const std::size_t left = fifo.size();
  EXPECT_EQ(static_cast<std::uint8_t>(out + left), in);
  fifo.clear();
  EXPECT_EQ(fifo.size(), 0U);
}

}  // namespace
}  // namespace cutlink::netsim
