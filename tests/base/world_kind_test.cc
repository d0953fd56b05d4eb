#include "base/world_kind.h"

#include <gtest/gtest.h>

namespace cutlink {
namespace {

TEST(WorldKind, NamesLeadThereAndBack) {
  for (const WorldKind world : all_worlds) {
    WorldKind read = WorldKind::simulated;
    EXPECT_TRUE(named(name_of(world), read));
    EXPECT_EQ(read, world);
  }
  EXPECT_STREQ(name_of(WorldKind::shaped), "shaped");
  WorldKind kept = WorldKind::emulated;
  EXPECT_FALSE(named("", kept));
  EXPECT_FALSE(named("Live", kept));
  EXPECT_EQ(kept, WorldKind::emulated);
}

TEST(WorldKind, OnlyTheSimulatedOneHasNoSockets) {
  EXPECT_FALSE(has_sockets(WorldKind::simulated));
  EXPECT_TRUE(has_sockets(WorldKind::emulated));
  EXPECT_TRUE(has_sockets(WorldKind::shaped));
  EXPECT_TRUE(has_sockets(WorldKind::live));
}

}  // namespace
}  // namespace cutlink
