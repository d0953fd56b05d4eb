#include "base/records.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cutlink {
namespace {

TEST(Records, CrossingsGoTheirWay) {
  std::set<std::string> names;
  for (const Crossing crossing : all_crossings) {
    const std::string name = name_of(crossing);
    names.insert(name);
    EXPECT_EQ(name.starts_with("act"), is_activation(crossing));
    EXPECT_EQ(name.ends_with("_up"), direction_of(crossing) == Direction::up);
    EXPECT_EQ(sender_of(crossing), name.ends_with("_up") ? Half::client : Half::server);
  }
  EXPECT_EQ(names.size(), 4U);
}

TEST(Records, WorkBelongsToTheHalfInItsName) {
  for (std::size_t i = 0; i < work_kinds; ++i) {
    const auto work = static_cast<Work>(i);
    EXPECT_TRUE(std::string(name_of(work)).starts_with(name_of(half_of(work)))) << name_of(work);
  }
}

TEST(Records, AFrameIsTheSumOfItsCountedParts) {
  MessageRow row;
  row.payload_bytes = 1;
  row.metadata_bytes = 20;
  row.outlier_bytes = 300;
  row.descriptor_bytes = 4000;
  row.label_bytes = 50000;
  row.header_bytes = 600000;
  row.modelled_bytes = 7000000;  // not counted
  EXPECT_EQ(row.frame_bytes(), 654321U);
}

TEST(Records, ADirectionReversesToTheOther) {
  static_assert(reverse(Direction::up) == Direction::down);
  static_assert(reverse(Direction::down) == Direction::up);
}

}  // namespace
}  // namespace cutlink
