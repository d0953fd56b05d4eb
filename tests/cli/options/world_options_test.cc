#include "cli/options/world_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/temporary_folder.h"
#include "wire/tls/key_file.h"

namespace cutlink::cli {
namespace {

TEST(WorldOptions, NoneIsTheWorldOfThisProcess) {
  EXPECT_FALSE(check_world({}).has_value());
  WorldOptions simulated;
  simulated.world = "simulated";
  EXPECT_FALSE(check_world(simulated).has_value());
}

TEST(WorldOptions, AnAddressMakesItLive) {
  const TemporaryFolder folder;
  const wire::PresharedKey key = wire::generate_key(folder / "my.key");
  for (const char* world : {"", "live"}) {
    WorldOptions options;
    options.world = world;
    options.connect = "server.example:7070";
    options.key = (folder / "my.key").string();
    options.deadline = "3s";
    options.give_up = "1min";
    const auto live = check_world(options);
    ASSERT_TRUE(live.has_value());
    EXPECT_EQ(live->world, WorldKind::live);
    EXPECT_EQ(live->connect.host, "server.example");
    EXPECT_EQ(live->connect.port, 7070);
    EXPECT_TRUE(live->connect.key.has_value());
    EXPECT_EQ(live->connect.answer_deadline, std::chrono::seconds(3));
    EXPECT_EQ(live->give_up, std::chrono::minutes(1));
  }
}

TEST(WorldOptions, TheEmulatedOneIsKnownBeforeItsServerRuns) {
  WorldOptions options;
  options.world = "emulated";
  const auto live = check_world(options);
  ASSERT_TRUE(live.has_value());
  EXPECT_EQ(live->world, WorldKind::emulated);
}

TEST(WorldOptions, WhatMakesNoSenseIsSaid) {
  const auto refused = [](auto&& change) {
    WorldOptions options;
    change(options);
    return error_of(ErrorKind::usage, [&] { static_cast<void>(check_world(options)); });
  };
  EXPECT_THAT(refused([](WorldOptions& o) { o.world = "live"; }), testing::HasSubstr("needs --connect"));
  EXPECT_THAT(refused([](WorldOptions& o) { o.world = "emulated", o.connect = "a:1"; }),
              testing::HasSubstr("not emulated"));
  EXPECT_THAT(refused([](WorldOptions& o) { o.key = "my.key"; }),
              testing::HasSubstr("--key is for --connect"));
  EXPECT_THAT(refused([](WorldOptions& o) { o.connect = "a"; }), testing::HasSubstr("--connect"));
  EXPECT_THAT(refused([](WorldOptions& o) { o.connect = "a:1", o.key = "/nowhere/my.key"; }),
              testing::HasSubstr("/nowhere/my.key"));
  EXPECT_THAT(refused([](WorldOptions& o) { o.connect = "a:1", o.deadline = "5"; }),
              testing::HasSubstr("--deadline"));
  EXPECT_THAT(refused([](WorldOptions& o) { o.connect = "a:1", o.give_up = "0s"; }),
              testing::HasSubstr("no time to wait"));
  EXPECT_THAT(refused([](WorldOptions& o) { o.world = "emulated", o.give_up = "5s"; }),
              testing::HasSubstr("--give-up is for --connect"));
}

}  // namespace
}  // namespace cutlink::cli
