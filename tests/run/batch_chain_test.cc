#include "run/batch_chain.h"

#include <gtest/gtest.h>

namespace cutlink::run {
namespace {

constexpr WorkTimes work = {1, 20, 300, 4000, 50000};

std::int64_t sum_of_work(const std::vector<netsim::TimelineEvent>& chain, Half half) {
  std::int64_t sum = 0;
  for (const netsim::TimelineEvent& event : chain) {
    sum += event.kind == netsim::TimelineEvent::Kind::work && event.half == half ? event.duration.count() : 0;
  }
  return sum;
}

TEST(BatchChain, AllWorkOfAUShapedBatchIsThereOnce) {
  std::vector<netsim::TimelineEvent> chain;
  for (const Crossing crossing : all_crossings) {
    append_crossing(chain, crossing, false, work, {}, Bytes{7});
  }
  EXPECT_EQ(sum_of_work(chain, Half::client), 50301);
  EXPECT_EQ(sum_of_work(chain, Half::server), 4020);
}

TEST(BatchChain, AVanillaServerDoesBothPassesOnOneMessage) {
  std::vector<netsim::TimelineEvent> chain;
  append_crossing(chain, Crossing::act_up, true, work, {}, Bytes{7});
  EXPECT_EQ(sum_of_work(chain, Half::server), 4020);
  append_crossing(chain, Crossing::grad_down, true, work, {}, Bytes{7});
  EXPECT_EQ(sum_of_work(chain, Half::client), 50001);
}

TEST(BatchChain, TheReceiverDecodes) {
  CodingTimes coding;
  coding.encode_ns = {1, 2, 3, 4};
  coding.decode_ns = {5, 6, 7, 8};
  std::vector<netsim::TimelineEvent> chain;
  append_crossing(chain, Crossing::act_down, false, work, coding, Bytes{7});
  ASSERT_EQ(chain.size(), 4U);
  EXPECT_EQ(chain[0].half, Half::server);
  EXPECT_EQ(chain[0].duration.count(), 2);
  EXPECT_EQ(chain[1].size.count, 7U);
  EXPECT_EQ(chain[2].half, Half::client);
  EXPECT_EQ(chain[2].duration.count(), 6);
}

}  // namespace
}  // namespace cutlink::run
