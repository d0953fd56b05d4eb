#include "netsim/packet/packet_pool.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

TEST(PacketPool, ReusesWhatCameBackAndKeepsBytesInPlace) {
  PacketPool pool(1500);
  const std::uint32_t first = pool.take();
  std::uint8_t* const bytes = pool.bytes(first).data();
  bytes[0] = 7;
  for (int i = 0; i < 100; ++i) {
    EXPECT_NE(pool.take(), first);
  }
  EXPECT_EQ(pool.bytes(first).data(), bytes);
  EXPECT_EQ(pool.bytes(first)[0], 7);
  EXPECT_EQ(pool.bytes(first).size(), 1500U);
  EXPECT_EQ(pool.in_use(), 101U);
  pool.give_back(first);
  EXPECT_EQ(pool.in_use(), 100U);
  EXPECT_EQ(pool.take(), first);
}

}  // namespace
}  // namespace cutlink::netsim
