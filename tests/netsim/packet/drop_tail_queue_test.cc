#include "netsim/packet/drop_tail_queue.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

TEST(DropTailQueue, RefusesWhatDoesNotFitAndKeepsOrder) {
  DropTailQueue queue(Bytes{3000});
  EXPECT_TRUE(queue.push({1, 1500}, Instant{10}));
  EXPECT_TRUE(queue.push({2, 1400}, Instant{20}));
  EXPECT_FALSE(queue.push({3, 101}, Instant{30}));
  EXPECT_TRUE(queue.push({4, 100}, Instant{40}));
  EXPECT_EQ(queue.bytes(), 3000U);
  EXPECT_EQ(queue.pop().packet.slot, 1U);
  EXPECT_EQ(queue.front().arrival, Instant{20});
  EXPECT_EQ(queue.bytes(), 1500U);
  EXPECT_TRUE(queue.push({5, 1500}, Instant{50}));
  EXPECT_EQ(queue.at(1).packet.slot, 4U);
  EXPECT_EQ(queue.size(), 3U);
}

}  // namespace
}  // namespace cutlink::netsim
