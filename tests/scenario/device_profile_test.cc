#include "scenario/device_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace cutlink::scenario {
namespace {

const std::filesystem::path profiles = std::string(CUTLINK_SOURCE_DIR) + "/scenarios/profiles";

TEST(DeviceProfile, EveryProfileLoadsAndNamesItsSources) {
  const std::vector<std::string> names = list_profiles(profiles);
  EXPECT_THAT(names, testing::IsSupersetOf({"a6000", "h200", "laptop-cpu", "rtx3090"}));
  for (const std::string& name : names) {
    const DeviceProfile profile = load_profile(name, profiles);
    EXPECT_GT(profile.bf16_flops, 0.0) << name;
    EXPECT_GE(profile.sources.size(), 4U) << name;
  }
}

TEST(DeviceProfile, AnUnknownNameListsThoseThereAre) {
  try {
    static_cast<void>(load_profile("rtx3080", profiles));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean \"rtx3090\""));
  }
}

}  // namespace
}  // namespace cutlink::scenario
