#include "run/device_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace cutlink::run {
namespace {

const std::filesystem::path profiles = std::string(CUTLINK_SOURCE_DIR) + "/scenarios/profiles";

model::LlamaConfig config() {
  model::LlamaConfig c;
  c.vocabulary = 100;
  c.hidden = 8;
  c.blocks = 4;
  c.heads = c.kv_heads = 2;
  c.head_dim = 4;
  c.intermediate = 16;
  return c;
}

train::TrainSpec spec() {
  train::TrainSpec s;
  s.split.bottom = 1;
  s.split.top = 1;
  s.lora.r = 1;
  s.lora.targets = {"q_proj"};
  return s;
}

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

TEST(ComputeModel, TheServersDeviceIsItsOwn) {
  const ComputeModel model("profile:laptop-cpu/rtx3090", profiles, config(), spec());
  EXPECT_EQ(model.encode_ns(Half::client, CodingCost::quantised, 1000), 2000);
  EXPECT_EQ(model.encode_ns(Half::server, CodingCost::quantised, 1000), 40);
  EXPECT_EQ(model.decode_ns(Half::client, CodingCost::copied, 1000), 200);
  const std::vector<std::uint32_t> lengths = {100};
  EXPECT_EQ(model.work_ns(Work::server_forward, Phase::train, lengths),
            model.work_ns(Work::server_forward, Phase::train, lengths));
}

}  // namespace
}  // namespace cutlink::run
