#include "base/machine_memory.h"

#include <gtest/gtest.h>

namespace cutlink {
namespace {

TEST(MachineMemory, IsThatOfAMachineThatCanRunThisTest) {
  EXPECT_GT(machine_memory_bytes(), std::uint64_t{256} << 20U);
  EXPECT_LT(machine_memory_bytes(), std::uint64_t{1} << 50U);
}

}  // namespace
}  // namespace cutlink
